/**
 * The events that are logged, by the name that a line has as its `message`, with what each says. What varies is in the
 * line's fields. Decisions have names of their own (`reconciler/decision.ts`). Alerts, metrics and the dashboard look
 * for these names; docs/log-events.md lists them.
 *
 * @module
 */
export const LOG_EVENTS = {
  BackupOverdue:
    "A tenant has had no good backup for 36 hours, or cannot be dropped for want of its last one; `newest` says when its newest one was asked for.",
  BackupKeyRemoved: "The key of a tenant that is gone was removed: none of its backups was left.",
  BackupsNotKept: "The backups that are due were not asked for; the next resync does.",
  ClusterUnavailable: "The cluster does not answer; the resync reconciles nobody.",
  DeletionUnfinished: "A deletion has not ended, and its tenant is not there.",
  DomainActive: "A custom domain is verified and has its certificate.",
  DomainChecked: "A custom domain was looked at; the fields say what was decided.",
  DomainDegraded: "A custom domain is not served any more: its DNS or its certificate is gone.",
  DomainNotReconciled: "A custom domain could not be looked at; that is tried again later.",
  DomainOfMissingTenant: "A custom domain of a tenant that is gone was taken apart.",
  DomainRemoved: "A custom domain was taken apart, and is free.",
  DomainsNotChecked: "The custom domains that are due were not read; the next resync does.",
  EstimateNotRead:
    "How long operations take was not read; a running one is shown without an estimate.",
  EventDamaged:
    "A document of events is no status event. It stays, and the tenant's others are sent.",
  EventSent: "A status event was published.",
  EventsNotSent: "Status events were not published; they stay, and the resync sends them.",
  FindingsNotRecorded:
    "What the garbage collection has found is in its log lines only; the API shows what an older one has.",
  GarbageCollectionFailed: "A part of the garbage collection was not finished.",
  GarbageCollectionFinished: "The garbage collection has ended, with so many findings.",
  GoogleKeysUnavailable:
    "Google's public keys cannot be read, so no Google account can be checked.",
  MessageFailed: "A message was not carried out for want of the database. It comes again.",
  MessageNotUnderstood:
    "A message is neither a trigger nor a Kubernetes event. It ends as a dead letter.",
  NameGivenBack:
    "A reservation that had lost its holder was given back to the only tenant with that name.",
  NameOfMissingTenant: "A name is reserved for a tenant that is not there.",
  NameOfNobody: "A name is reserved for something that is no tenant.",
  NameReleased: "A name of a tenant that is gone was released.",
  NameLost: "A tenant does not hold its name.",
  OrphanedCertificateRemoved: "The certificate of a custom domain that is not there was removed.",
  OrphanedJobRemoved: "A site Job of a tenant that is gone was removed.",
  OrphanedSecretRemoved: "A Secret of a tenant that is gone was removed.",
  OrphanedSlotFreed: "A slot whose tenant does not know of it was freed.",
  PoolNotKept: "What the pool of standbys needs was not done; the next resync does it.",
  PoolPaused: "Standbys have failed one after the other, and none is made for a while.",
  QueueNotTriggered: "The next in the queue was not triggered; the resync does that.",
  ReconcileFailed: "A reconcile failed; the resync comes back to the tenant.",
  RecordDamaged: "A tenant's record is damaged in the fields that are named.",
  ReportNotRead:
    "What is left of a site Job could not be read; its outcome is recorded without it.",
  RetainedTenantPurged:
    "A tenant is being deleted for good, for its deletion can be taken back no longer.",
  RequestFailed: "A request to the API failed for a reason on our side.",
  RestoreTestFailed:
    "A tenant's newest backup could not be restored apart; `failed` says why, and `backup` which one it is.",
  ResyncFailed: "A resync failed for want of the database. The next one is a minute away.",
  ResyncFinished: "A resync has seen the cluster: the heartbeat.",
  RolloutDone: "A rollout has moved everybody whom it could.",
  RolloutPaused:
    "A rollout has paused itself: too many of the last have failed, or there is no such bench any more; `reason` says which.",
  RolloutsNotKept: "The rollouts that are due were not taken further; the next resync does.",
  StandbyDropped: "A standby of a pool that was turned off is being dropped.",
  BenchesNotRead:
    "Which bench has sites could not be read; a new tenant's is made in the current one.",
  StandbyNotRead:
    "The pool was not asked in time for a standby; the tenant's site is made as without a pool.",
  StepEnded: "A step of a site Job has ended, after so many seconds.",
  StoreUnavailable: "The database does not answer the health check.",
  TriggerNotPublished: "A trigger was not published; the resync finds the tenant.",
  UnknownDeletion: "A document in deletions has an id that no tenant can have.",
  UnknownEvent: "A document in events has an id that no event can have.",
  UnknownJob:
    "A site Job is of a tenant that is not there, and perhaps of another control plane's.",
  UnscheduledTenantReconciled: "A tenant that no resync would have found was reconciled.",
} as const;

export type LogEvent = keyof typeof LOG_EVENTS;
