/**
 * What to do about each `reason` of a tenant or an operation, in one sentence. docs/operations.md has the same sentences
 * in its tables; a test says so, and that no reason of the code is without one. Pure.
 *
 * @module
 */

const WHERE_A_JOB_STAYS = 'Follow "A Job that does not go" in docs/operations.md.';

/** By reason. */
export const REASON_HINTS = {
  WaitingForSlot: "Wait; raise MAX_CONCURRENT_JOBS if it happens often.",
  NoNodeFits: "Wait some minutes where nodes are added automatically; then look at the node quota.",
  QuotaExceeded: "Raise the quota in the chart's values, or lower MAX_CONCURRENT_JOBS.",
  PodNotCreated: "Run kubectl describe job; often it is Pod security or an admission webhook.",
  ImageNotPulled: "Correct FRAPPE_IMAGE or BENCHES, or give the nodes access to it.",
  SecretMissing: "Make it; frappe-database-admin is the operator's, site-ID the control plane's.",
  VolumeMissing: "Run kubectl get pvc,pv, and make the claim kairos-volume or its volume.",
  ContainerNotCreated: "Correct what the message names: it is in Kubernetes' words.",
  VolumeNotMounted: "See that the file server answers, and that the firewall lets nodes reach it.",
  ContainersStarting: "Wait, for a large image takes minutes; then run kubectl describe pod.",
  PodTerminating: WHERE_A_JOB_STAYS,
  BenchMissing: "Name the bench in BENCHES again, as it was, until it is empty.",
  NodeLost: WHERE_A_JOB_STAYS,
  JobTerminating: WHERE_A_JOB_STAYS,
  OutOfMemory: "Retry if no attempt follows; if it happens again, see which step needs the memory.",
  Evicted: "Retry if no attempt follows; if it happens often, look at the nodes' memory and disk.",
  Killed: "Retry if no attempt follows; if it happens again, look at the node for who killed it.",
  VolumeFull:
    'Make room as "A full volume" in docs/operations.md says; then retry what has failed.',
  DeadlineExceeded: "See which step took so long, and retry if no attempt follows.",
  BackoffLimitExceeded:
    "Read the message and the log, correct the cause, and retry if no attempt follows.",
  PodFailurePolicy: "Correct what the message names first: a retry alone fails again.",
  MigrationNeeded: "Wait: the site is migrated to the versions of its bench next.",
  MigrationFailed: "Mend what the patch met, or the app; then ask for the upgrade again.",
  UserNotFound: "Ask for a link for a user whom the site has and who is enabled.",
  Failed: "Read the message and the log, correct the cause, and retry if no attempt follows.",
  DatabaseUnavailable: "Bring the database back, and retry what was given up meanwhile.",
  RedisUnavailable: "Bring the bench's Redis back, and retry what was given up meanwhile.",
  BucketUnavailable:
    "See whether Cloud Storage answers, and ask again for what was given up meanwhile.",
  BackupsAreOff: "Set BACKUP_BUCKET and BACKUP_SECRET, and ask for it again.",
  SiteNotOurs:
    "Find out whose site it is before another tenant gets that name: it was left as it is.",
  AlreadyUpgraded: "Nothing: an upgrade that was given up had succeeded, and its end was not seen.",
  RecordDamaged: "Correct the fields that the message names in the database.",
} as const satisfies Record<string, string>;

const HINTS: ReadonlyMap<string, string> = new Map(Object.entries(REASON_HINTS));

/** What to do about it; null where there is no reason, or none that is known. */
export function hintFor(reason: string | null): string | null {
  return reason === null ? null : (HINTS.get(reason) ?? null);
}
