/**
 * Kairos Control Plane
 * DO NOT MODIFY - This file has been generated using oazapfts.
 * See https://www.npmjs.com/package/oazapfts
 */
import * as Oazapfts from "@oazapfts/runtime";
import * as QS from "@oazapfts/runtime/query";
export const defaults: Oazapfts.Defaults<Oazapfts.CustomHeaders> = {
    headers: {},
    baseUrl: "."
};
const oazapfts = Oazapfts.runtime(defaults);
export const servers = {
    thisService: "."
};
export type Service = {
    name: string;
    version: string;
    /** The path of the documentation. */
    docs: string;
};
export type Problem = {
    "type": "about:blank";
    title: string;
    status: number;
    /** What is wrong, in a sentence. */
    detail: string;
    success: boolean;
    /** The same as `detail`. */
    error: string;
    /** The fields that are wrong. */
    errors?: {
        /** A JSON pointer (RFC 6901). */
        pointer: string;
        message: string;
    }[];
};
export type Health = {
    status: "healthy" | "unhealthy";
    /** Whether the database has just answered. */
    database: boolean;
    /** Whether the cluster was seen within the last minutes. */
    gke_connection: boolean;
    version: string;
};
export type Caller = {
    /** By which the history names this caller: `key:NAME` or `google:ADDRESS`. */
    name: string;
    /** `viewer` may only read; `operator` may do all. */
    role: "operator" | "viewer";
};
export type CreateTenant = {
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    organization: unknown;
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    school_name?: unknown;
    /** 3 to 30 letters a to z, digits or hyphens, with no hyphen at either end and no xn-- before it */
    subdomain?: string | null;
    /** an e-mail address of 140 characters at most, with a dot in its domain and no dots side by side or at an end */
    email: string;
    /** 1 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    first_name?: unknown;
    /** 1 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    last_name?: unknown;
    /** true, for a link by which the customer logs in as soon as the site is there, or false */
    login_link?: boolean;
    /** a UUID in lower case */
    from_backup?: string | null;
} | {
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    organization?: unknown;
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    school_name: unknown;
    /** 3 to 30 letters a to z, digits or hyphens, with no hyphen at either end and no xn-- before it */
    subdomain?: string | null;
    /** an e-mail address of 140 characters at most, with a dot in its domain and no dots side by side or at an end */
    email: string;
    /** 1 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    first_name?: unknown;
    /** 1 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    last_name?: unknown;
    /** true, for a link by which the customer logs in as soon as the site is there, or false */
    login_link?: boolean;
    /** a UUID in lower case */
    from_backup?: string | null;
};
export type Created = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    subdomain: string;
    /** one of queued, provisioning, active, suspended, failed, deleting, deleted */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    message: string;
    /** Where the site will be. */
    site_url: string;
    /** The same as `site_url`, where an older frontend sends the browser. `Location` has the tenant's path. */
    tenant_url: string;
    /** The operation that makes the site. */
    operation: string;
    /** Where `login_link` was asked for. */
    login_link?: {
        /** The link, which is told once: null in the answer to a repetition. */
        url: string | null;
        /** Always null: the link works from when the status is `active`, once, and for as long as the site's own setting says, which is 20 minutes by default. */
        expires_at: string | null;
    };
};
export type VerifyFailure = {
    at: string;
    /** Which backup it was. */
    backup: string;
    /** For programs: PascalCase. */
    reason: string;
    /** The same for people. */
    message: string | null;
};
export type NewestBackup = {
    /** a UUID in lower case */
    id: string;
    /** When it was asked for. What it holds is as of then or later. */
    requested_at: string;
    /** When it was last restored apart and found whole; null before. */
    verified_at: string | null;
    /** The same of the newest that was, be it this or an older one. */
    last_verified_at: string | null;
    /** Why the newest attempt to restore one apart failed; null where it did not. The site is as good as before. */
    verify_failure: VerifyFailure | null;
};
export type UpgradeOfTenant = {
    "from": string;
    to: string;
    /** `reverting`: it has failed, and the site is taken back to its old bench. `reverted`: it works there again. */
    state: "running" | "reverting" | "reverted";
    failed_at: string | null;
    /** At which step it failed. */
    step: string | null;
    /** The patch of an app's that failed; null where it was none. */
    patch: string | null;
    /** For programs: PascalCase. */
    reason: string | null;
    /** The same for people. */
    message: string | null;
    /** The path of the operation, which has the end of the log. */
    log: string | null;
};
export type TenantPin = {
    reason: string;
    /** Null for as long as it is there. */
    until: string | null;
};
export type Tenant = {
    /** a UUID in lower case */
    id: string;
    /** The site is at this name below the base domain. */
    subdomain: string;
    /** What was last verified. `deleting` ends in 404. `deleted` is shown to whoever asks for deleted tenants only. */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    /** Where the site is; null until it was verified. */
    site_url: string | null;
    /** Why the newest attempt failed, in the words of what failed; or, while `retryable` is null, what it waits for. */
    error_message: string | null;
    /** At which step the site Job is, or failed. */
    step: string | null;
    /** Why the status is what it is, for programs: PascalCase. */
    reason: string | null;
    /** Whether another attempt may succeed; null while nothing has failed. */
    retryable: boolean | null;
    /** Counts the commands: raised by each. */
    generation: number;
    /** The newest command whose outcome is known; all is settled when it is `generation`. */
    observed_generation: number;
    /** What is asked for. */
    desired: "present" | "suspended" | "absent" | "standby";
    organization: string;
    email: string;
    first_name: string | null;
    last_name: string | null;
    /** Its newest good backup; null before the first. */
    backup: NewestBackup | null;
    created_at: string;
    updated_at: string;
    /** Until when its deletion can be taken back; null where there is none to take back. */
    purge_at: string | null;
    /** Until when its newest restore can be taken back; null where nothing is kept of what the site was before. */
    undo_until: string | null;
    /** The bench where its site is, or is to be made. */
    bench: string;
    /** The upgrade that is under way, or that has failed; null where neither is. */
    upgrade: UpgradeOfTenant | null;
    /** Where its clocks are; null where nobody has said so. */
    time_zone: string | null;
    /** Whether rollouts move it before others. */
    canary: boolean;
    /** That rollouts leave it where it is; null where they do not. */
    pin: TenantPin | null;
    /** Whether the site, made of a backup, sends no mail and does nothing by itself until it is resumed. */
    quiet: boolean;
};
export type TenantList = {
    tenants: Tenant[];
    /** How many there are in all that pass the filters. */
    total: number;
    skip: number;
    limit: number;
    has_more: boolean;
    /** The `page_token` of the next page; null on the last. */
    next_page_token: string | null;
};
export type ChangeTenant = {
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    organization?: unknown;
    /** 2 to 100 letters, digits, spaces or any of - . & ' , with a letter or digit among them and no space at either end */
    school_name?: unknown;
    /** an e-mail address of 140 characters at most, with a dot in its domain and no dots side by side or at an end */
    email?: string;
    /** the name of a time zone, such as Europe/Berlin */
    time_zone?: string | null;
    /** true or false */
    canary?: boolean;
};
export type Accepted = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    /** one of queued, provisioning, active, suspended, failed, deleting, deleted */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    message: string;
    /** The operation that carries it out, whose path is in `Location`. */
    operation: string;
};
export type Estimate = {
    /** Half of them took no longer. */
    p50_seconds: number;
    /** 95 of 100 took no longer. */
    p95_seconds: number;
    /** How many they are: the last 100 of the kind at most. */
    sample: number;
};
export type OperationProgress = {
    /** a tenant's id, a generation and an attempt, with dots between */
    id: string;
    /** What is done at the site; null before that is decided. */
    kind: string | null;
    /** `queued` also in the pause before another attempt. */
    state: "queued" | "running";
    /** At which step the site Job is. */
    step: string | null;
    /** Since when it is there. */
    step_since: string | null;
    /** When the attempt began; null while it is queued. */
    started_at: string | null;
    /** How long operations of its kind took from their beginning; null where that is not known yet. */
    estimate: Estimate | null;
};
export type TenantStatus = {
    /** a UUID in lower case */
    id: string;
    /** The site is at this name below the base domain. */
    subdomain: string;
    /** What was last verified. `deleting` ends in 404. `deleted` is shown to whoever asks for deleted tenants only. */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    /** Where the site is; null until it was verified. */
    site_url: string | null;
    /** Why the newest attempt failed, in the words of what failed; or, while `retryable` is null, what it waits for. */
    error_message: string | null;
    /** At which step the site Job is, or failed. */
    step: string | null;
    /** Why the status is what it is, for programs: PascalCase. */
    reason: string | null;
    /** Whether another attempt may succeed; null while nothing has failed. */
    retryable: boolean | null;
    /** Counts the commands: raised by each. */
    generation: number;
    /** The newest command whose outcome is known; all is settled when it is `generation`. */
    observed_generation: number;
    /** What is asked for. */
    desired: "present" | "suspended" | "absent" | "standby";
    /** What is under way; null while nothing is. */
    operation: OperationProgress | null;
};
export type OperationStep = {
    name: string;
    started_at: string;
    /** Null while it goes on, and of one that never ended. */
    ended_at: string | null;
    /** How long it took. */
    seconds: number | null;
};
export type OperationOutcome = {
    /** At which step it failed. */
    step: string | null;
    /** Why it ended so, for programs: PascalCase. */
    reason: string | null;
    /** The same for people, in the words of what failed. */
    message: string | null;
    /** Whether another attempt may succeed; null unless it failed. */
    retryable: boolean | null;
    /** What to do about it; null where that is not known. */
    hint: string | null;
};
export type Operation = {
    /** a tenant's id, a generation and an attempt, with dots between */
    id: string;
    /** a UUID in lower case */
    tenant_id: string;
    /** The tenant's command that it carries out. */
    generation: number;
    /** Counts the attempts at that command, from 1. */
    attempt: number;
    /** What is done at the site, such as `create`; null of a command that came to nothing. */
    kind: string | null;
    /** `superseded` where a newer command came before its outcome. Null of a damaged record. */
    state: ("queued" | "running" | "succeeded" | "failed" | "superseded" | null) | ("queued" | "running" | "succeeded" | "failed" | "superseded" | null);
    /** Who asked: `key:NAME`, `google:ADDRESS`, or a part of the control plane. */
    requested_by: string | null;
    /** The `X-Request-ID` of the request. */
    request_id: string | null;
    /** Why it was asked for, where a caller has to say so. */
    request_reason: string | null;
    /** When it was asked for. */
    created_at: string;
    /** When it might begin: as many site Jobs run as may. */
    slot_at: string | null;
    /** When its site Job was made. */
    job_at: string | null;
    /** When the site Job's first container ran. */
    running_at: string | null;
    ended_at: string | null;
    /** When the record may be removed. */
    expires_at: string | null;
    /** While the site Job works, those that the last thousand lines of its log tell of, as they were when it was last looked at. */
    steps: OperationStep[];
    /** How it ended; null until it has. */
    outcome: OperationOutcome | null;
};
export type OperationList = {
    operations: Operation[];
    limit: number;
    has_more: boolean;
    /** The `page_token` of the next page; null on the last. */
    next_page_token: string | null;
};
export type OperationWithLog = {
    /** a tenant's id, a generation and an attempt, with dots between */
    id: string;
    /** a UUID in lower case */
    tenant_id: string;
    /** The tenant's command that it carries out. */
    generation: number;
    /** Counts the attempts at that command, from 1. */
    attempt: number;
    /** What is done at the site, such as `create`; null of a command that came to nothing. */
    kind: string | null;
    /** `superseded` where a newer command came before its outcome. Null of a damaged record. */
    state: ("queued" | "running" | "succeeded" | "failed" | "superseded" | null) | ("queued" | "running" | "succeeded" | "failed" | "superseded" | null);
    /** Who asked: `key:NAME`, `google:ADDRESS`, or a part of the control plane. */
    requested_by: string | null;
    /** The `X-Request-ID` of the request. */
    request_id: string | null;
    /** Why it was asked for, where a caller has to say so. */
    request_reason: string | null;
    /** When it was asked for. */
    created_at: string;
    /** When it might begin: as many site Jobs run as may. */
    slot_at: string | null;
    /** When its site Job was made. */
    job_at: string | null;
    /** When the site Job's first container ran. */
    running_at: string | null;
    ended_at: string | null;
    /** When the record may be removed. */
    expires_at: string | null;
    /** While the site Job works, those that the last thousand lines of its log tell of, as they were when it was last looked at. */
    steps: OperationStep[];
    /** How it ended; null until it has. */
    outcome: OperationOutcome | null;
    /** The last lines of the site Job's log, without secrets; while it works, as they were when it was last looked at, about once a minute. */
    log: string | null;
};
export type CreateLoginLink = {
    /** an e-mail address of 140 characters at most, with a dot in its domain and no dots side by side or at an end */
    email?: string | null;
    /** 1 to 200 printable characters with no space at either end */
    reason?: string | null;
};
export type LoginLink = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    /** one of queued, provisioning, active, suspended, failed, deleting, deleted */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    message: string;
    /** The operation that carries it out, whose path is in `Location`. */
    operation: string;
    /** The link. It is told once and stored nowhere. */
    url: string;
    /** 20 minutes after the request. The link works from the end of its operation on, once, and for as long as the site's own setting says. By default that is 20 minutes, so at least until then. */
    expires_at: string;
};
export type Rename = {
    /** 3 to 30 letters a to z, digits or hyphens, with no hyphen at either end and no xn-- before it */
    subdomain: string;
};
export type Renamed = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    /** one of queued, provisioning, active, suspended, failed, deleting, deleted */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    message: string;
    /** The operation that carries it out, whose path is in `Location`. */
    operation: string;
    subdomain: string;
};
export type Pool = {
    /** How many sites are to be ready; 0 where there is no pool. */
    size: number;
    /** How many a customer may be given. */
    ready: number;
    /** How many are ready and given to nobody, for new sites have another image or other apps; they go when others are ready in their place. */
    outdated: number;
    /** How many are being made. */
    filling: number;
    /** How many could not be made; the next resync drops them. */
    failed: number;
    /** Until then none is made, after three failures in a row; null in no such pause. */
    paused_until: string | null;
    /** Of the last 24 hours: the tenants that got a site of the pool. */
    claims: number;
    /** Of the last 24 hours: the tenants that got none. */
    misses: number;
    /** From those requests until the tenants were active; null before the first. */
    time_to_claim: Estimate | null;
    /** What the last seven days would have wanted. */
    demand: {
        /** Later than seven days ago where the history holds too many operations. */
        since: string;
        /** How many tenants were asked for since then. */
        tenants: number;
        /** How long it took until there was a new site in the place of one that was taken, but for the slowest twentieth; null where none was made. */
        refill_seconds: number | null;
        /** The most tenants that were asked for within such a time. */
        size: number | null;
    };
};
export type HourToActive = {
    /** When the hour began in which the tenants were asked for. */
    "from": string;
    p50_seconds: number;
    p95_seconds: number;
    sample: number;
};
export type TimeToActive = {
    /** Half of them took no longer. */
    p50_seconds: number;
    /** 95 of 100 took no longer. */
    p95_seconds: number;
    sample: number;
    /** The last 24 hours, the oldest first; those of which there is a sample. */
    hours: HourToActive[];
};
export type Attention = {
    /** `failed`: a command was given up. `stuck`: it is under way, or waits, for longer than 95 of 100 of its kind took, and for two minutes. `deletion`: it fails again and again, or is open for over an hour. `upgrade`: the site was taken back to its old bench. `domain`: it is not served any more. `rollout`: it is paused. `damaged`: nobody can work on the record. */
    kind: "failed" | "damaged" | "domain" | "stuck" | "deletion" | "rollout" | "upgrade";
    /** Of any form, where somebody has made the record by hand; null of a rollout. */
    tenant_id: string | null;
    /** Null also where the tenant is gone. */
    subdomain: string | null;
    /** The custom domain, of which it is about one. */
    domain: string | null;
    /** The paused rollout. */
    rollout_id: string | null;
    /** Since when; of what has failed or is damaged, when the tenant's record last changed. */
    since: string;
    /** Why, for programs: PascalCase. */
    reason: string | null;
    /** The same for people. */
    message: string | null;
};
export type Fleet = {
    /** When this was read. */
    as_of: string;
    /** The customers' tenants; the sites of the pool are none. */
    tenants: {
        /** Also those whose damaged record says no status. */
        total: number;
        by_status: {
            queued: number;
            provisioning: number;
            active: number;
            suspended: number;
            failed: number;
            deleting: number;
            /** Those whose deletion can be taken back. */
            deleted: number;
        };
    };
    slots: {
        /** How many site Jobs may work at once. */
        size: number;
        /** More than these after the number was lowered. */
        in_use: number;
        /** How many wait for one, those of the pool among them. */
        queued: number;
    };
    /** When the resync last saw the cluster. */
    heartbeat_at: string | null;
    /** Of when the oldest status event is that is not published; null of none. */
    oldest_unsent_event_at: string | null;
    /** The active tenant whose newest backup is the oldest; null where nobody has any, or there are no backups. */
    oldest_backup: {
        tenant_id: string;
        subdomain: string | null;
        /** When the tenant's newest backup was asked for. */
        requested_at: string;
    } | null;
    /** How many active tenants have none; null where there are no backups. */
    without_backup: number | null;
    /** How long the tenants that were asked for in the last 24 hours waited until they were active, by the newest thousand that the pool served and the newest thousand others; as of five minutes ago at most. Null where there is none. */
    time_to_active: TimeToActive | null;
    /** What needs a hand, the most urgent first, fifty at most. */
    attention: Attention[];
    /** How many there are of each kind. `stuck` is of those 200 that have worked and those 200 that have waited for the longest, `damaged` of those that the newest garbage collection has found or that were just seen. */
    attention_total: {
        failed: number;
        damaged: number;
        domain: number;
        stuck: number;
        deletion: number;
        rollout: number;
        upgrade: number;
    };
};
export type Finding = {
    /** What was found, and what became of it: `NameReleased`, `UnknownJob`, … */
    event: string;
    /** Of any form, where somebody has written it by hand. */
    tenant_id: string | null;
    subdomain: string | null;
    domain: string | null;
    /** The first ten fields of the record that are damaged. */
    damaged: string[];
    at: string;
};
export type GarbageCollection = {
    /** When the newest one ended; null before the first. */
    finished_at: string | null;
    /** When one began that has not ended; null while there is none. */
    running_since: string | null;
    findings_total: number;
    /** What the newest one that ended has found, the first 200. */
    findings: Finding[];
    /** What was not finished, and why; a garbage collection that came to its end has none. */
    failed: string[];
};
export type AddDomain = {
    /** a domain name of 1 to 253 characters without space, such as shop.example.com */
    domain: string;
};
export type DnsRecord = {
    /** `ownership` shows whose the domain is, `certificate` lets one be issued. For `address` either all of type A and AAAA are to be set, or the CNAME alone. */
    purpose: "ownership" | "address" | "certificate";
    name: string;
    "type": string;
    value: string;
};
export type Domain = {
    /** a UUID in lower case */
    tenant_id: string;
    /** In lower case, and in ASCII. */
    domain: string;
    /** The same for people. */
    unicode: string;
    /** `pending_dns` until its records are found, `issuing` until it has its certificate, `active`, or `degraded` while its DNS or its certificate is gone. */
    state: "pending_dns" | "issuing" | "active" | "degraded";
    /** Whether it is being removed. Then it is gone. */
    removing: boolean;
    /** Whether visitors reach the site by it. */
    linked: boolean;
    /** Whether it is the site's main address. */
    main: boolean;
    /** Why it is not simply active, or what is not as it should be, for programs. */
    reason: ("DnsNotSet" | "DnsUnreachable" | "DnsGone" | "GivenUp" | "CertificatePending" | "CertificateFailed" | "CertificateLost" | "RenewalAtRisk" | "WaitingForTenant" | "WaitingForSite" | "BeingRemoved" | null) | ("DnsNotSet" | "DnsUnreachable" | "DnsGone" | "GivenUp" | "CertificatePending" | "CertificateFailed" | "CertificateLost" | "RenewalAtRisk" | "WaitingForTenant" | "WaitingForSite" | "BeingRemoved" | null);
    /** The same for people. */
    message: string | null;
    /** What its owner has to set in the DNS, and to leave there. That for the certificate is known some seconds after the domain was added. */
    records: DnsRecord[];
    /** When it was last asked for. */
    requested_at: string;
    /** When its DNS was last looked at. */
    checked_at: string | null;
    /** When it is looked at again; null when it is given up. */
    next_check_at: string | null;
};
export type DomainList = {
    /** In the order of their names. */
    domains: Domain[];
};
export type AcceptedBackup = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    /** one of queued, provisioning, active, suspended, failed, deleting, deleted */
    status: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    message: string;
    /** The operation that carries it out, whose path is in `Location`. */
    operation: string;
    /** The backup, which is pending. */
    backup: string;
};
export type Backup = {
    /** a UUID in lower case */
    id: string;
    /** a UUID in lower case */
    tenant_id: string;
    /** Why it was made. Null of a damaged record. */
    kind: ("nightly" | "manual" | "before-upgrade" | "before-purge" | null) | ("nightly" | "manual" | "before-upgrade" | "before-purge" | null);
    /** `pending` until it is whole in the bucket. Null of a damaged record. */
    state: ("pending" | "succeeded" | "failed" | null) | ("pending" | "succeeded" | "failed" | null);
    /** Who asked for it. */
    requested_by: string | null;
    /** When it was asked for. What it holds is as of then or later. */
    created_at: string;
    ended_at: string | null;
    /** How much there is of it in the bucket; null where that is not known. */
    bytes: number | null;
    /** Why there is none, for programs: PascalCase. */
    reason: string | null;
    /** The same for people. */
    message: string | null;
    /** Where in the bucket it says what it holds. */
    manifest: string | null;
    /** When it was last restored apart and found whole; null before. */
    verified_at: string | null;
    /** Until when it is kept. */
    expires_at: string | null;
};
export type BackupList = {
    /** The newest first. */
    backups: Backup[];
};
export type DeletedBackup = {
    success: boolean;
    /** a UUID in lower case */
    backup: string;
    message: string;
};
export type Export = {
    /** a UUID in lower case */
    backup: string;
    /** a UUID in lower case */
    tenant_id: string;
    /** `pending` until it can be fetched, `ready` for a day, and then `expired`. Of one that has `failed`, its operation says why. */
    state: "pending" | "ready" | "failed" | "expired";
    /** Until when it can be fetched; null of one that never could. */
    expires_at: string | null;
    /** While it is `ready`: what plain `bench restore` takes. Else empty. */
    files: {
        name: "database.sql.gz" | "files.tar" | "private-files.tar" | "site_config_backup.json";
        bytes: number;
        /** Whoever has it may fetch the file until `expires_at`, without any other credential. */
        url: string;
    }[];
};
export type Restore = {
    /** a UUID in lower case */
    backup: string;
    /** 1 to 200 printable characters with no space at either end */
    reason?: string | null;
};
export type RestoreOutlook = {
    success: boolean;
    /** a UUID in lower case */
    id: string;
    message: string;
    /** a UUID in lower case */
    backup: string;
    /** What the backup holds is as of then. */
    made_at: string;
    /** The image of the bench that the site was on. */
    image: string;
    /** The version of the database's server then. */
    mariadb: string;
    /** The site's apps, each with its version, or null where that is not known. */
    apps: object;
    /** How many tables its database has. */
    tables: number;
    /** What is read from the bucket. */
    stored_bytes: number;
    /** Each part with its size on the site. */
    parts: object;
    /** How long ago that was: what the site's users have done since is not in it, and is kept for 24 hours. */
    newer_seconds: number;
    /** How many good backups there are of later times. */
    newer_backups: number;
};
export type BenchApp = {
    name: string;
    /** As a site there has it; null while nobody has looked at one. */
    version: string | null;
};
export type Bench = {
    name: string;
    /** What its servers run, and the Jobs of its sites. */
    image: string;
    apps: BenchApp[];
    /** How many sites are there: standbys, too, and those whose deletion can be taken back. */
    sites: number;
    /** `current`: new sites are made there. `draining`: it has sites, or is to have some. `empty`: it may be removed. */
    state: "current" | "draining" | "empty";
};
export type Benches = {
    benches: Bench[];
};
export type Upgrade = {
    /** the name of a bench */
    bench: string;
    /** 1 to 200 printable characters with no space at either end */
    reason?: string | null;
};
export type UpgradeOutlook = {
    /** The bench where the site is. */
    "from": string;
    to: string;
    apps: {
        name: string;
        /** Null where nobody has looked. */
        "from": string | null;
        /** Null where nobody has looked. */
        to: string | null;
    }[];
    /** Why it would fail, in sentences. The site Job looks once more, at the image itself, before it touches anything. */
    problems: string[];
    /** Whether a backup is made before. */
    is_backed_up: boolean;
    /** Whether a restore could be taken back until then, and not after. */
    is_undo_lost: boolean;
};
export type PinTenant = {
    /** 1 to 200 printable characters with no space at either end */
    reason: string;
    /** a time in UTC, such as 2026-11-29T17:00:00Z */
    until?: string | null;
};
export type NewRollout = {
    /** the name of a bench */
    to: string;
    /** a list of 1 to 30 benches */
    "from"?: string[];
    /** a list of 1 to 10 waves, in growing order: pool, canary, and percentages */
    waves?: string[];
    /** a JSON object with from, to and time_zone */
    window?: {
        /** a time of the day, such as 01:00 */
        "from": string;
        /** a time of the day, such as 01:00 */
        to: string;
        /** the name of a time zone, such as Europe/Berlin */
        time_zone: string;
    };
    /** a whole number from 1 to 50 */
    max_per_database?: number;
    /** a JSON object with failures and percent */
    pause_at?: {
        /** a whole number from 1 to 20 */
        failures: number;
        /** a whole number from 0 to 100 */
        percent: number;
    };
    /** a whole number from 0 to 10080 */
    soak_minutes?: number;
};
export type RolloutOutlook = {
    to: string;
    "from": string[];
    /** How many have their site in one of these benches, also those that are pinned or deleted for now. */
    tenants: number;
    /** How many of them are canaries. */
    canaries: number;
    waves: {
        wave: string;
        /** About so many, those of the waves before not among them. */
        tenants: number;
    }[];
};
export type RolloutWave = {
    /** `pool`, `canary` or a share, such as `5%`. */
    wave: string;
    started_at: string | null;
    ended_at: string | null;
    /** How many tenants were asked to move. */
    asked: number;
    /** How many of them have. */
    done: number;
    /** How many of them are back on their old bench. */
    failed: number;
    /** How many of them were deleted meanwhile. */
    gone: number;
    /** How many were passed over. */
    skipped: number;
    /** How many could not be asked yet, and are come back to. */
    waiting: number;
};
export type Rollout = {
    /** a UUID in lower case */
    id: string;
    /** `paused`: nobody is asked until it is resumed. Those who are under way go on, also when it is `cancelled`. */
    state: "running" | "paused" | "done" | "cancelled";
    /** Why it is as it is, for programs. */
    reason: ("Moving" | "WaitingForPool" | "Soaking" | "ComingBack" | "OutsideWindow" | "TooManyFailures" | "BenchNotConfigured" | "Paused" | "Cancelled" | null) | ("Moving" | "WaitingForPool" | "Soaking" | "ComingBack" | "OutsideWindow" | "TooManyFailures" | "BenchNotConfigured" | "Paused" | "Cancelled" | null);
    /** The same for people. */
    message: string | null;
    /** The bench that tenants are moved to. */
    to: string;
    "from": string[];
    created_at: string;
    updated_at: string;
    ended_at: string | null;
    requested_by: string;
    /** Null where it paused itself, and while it is not paused. */
    paused_by: string | null;
    /** When tenants are asked; null for at any time. */
    window: {
        "from": string;
        to: string;
        time_zone: string;
    } | null;
    max_per_database: number;
    pause_at: {
        failures: number;
        percent: number;
    };
    soak_minutes: number;
    /** In their order. */
    waves: RolloutWave[];
    /** Until when it only watches, after a wave. */
    soak_until: string | null;
    under_way: {
        /** a UUID in lower case */
        tenant_id: string;
        since: string;
    }[];
    /** The newest hundred, the newest last. */
    failed: {
        /** a UUID in lower case */
        tenant_id: string;
        at: string;
        /** For programs: PascalCase. */
        reason: string;
        /** The same for people. */
        message: string | null;
        /** The patch of an app's that failed, where it was one. */
        patch: string | null;
        /** At which step of the upgrade it failed. */
        step: string | null;
    }[];
    /** Whom it passed over when it last came to the end of the tenants, a hundred at most. */
    skipped: {
        /** a UUID in lower case */
        tenant_id: string;
        reason: "Pinned" | "FailedBefore" | "Deleted" | "RecordDamaged" | "Refused" | "Busy";
        /** In words; of a pin, those of whoever set it. */
        message: string | null;
        /** Until when it is pinned. */
        until: string | null;
    }[];
};
export type RolloutList = {
    rollouts: Rollout[];
    limit: number;
    has_more: boolean;
    /** The `page_token` of the next page; null on the last. */
    next_page_token: string | null;
};
export type PauseRollout = {
    /** 1 to 200 printable characters with no space at either end */
    reason?: string | null;
};
/**
 * The name and version of this service
 */
export function readService(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Service;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    }>("/", {
        ...opts
    });
}
/**
 * Whether the service, its database and its cluster are healthy
 */
export function readHealth(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Health;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 503;
        data: Health;
    }>("/health", {
        ...opts
    });
}
/**
 * Who calls, and what that caller may do
 */
export function readCaller(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Caller;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/caller", {
        ...opts
    });
}
/**
 * Create a tenant
 */
export function createTenant(createTenant: CreateTenant, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 201;
        data: Created;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/tenants", oazapfts.json({
        ...opts,
        method: "POST",
        body: createTenant,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * List tenants, the newest first or as asked for
 */
export function listTenants({ skip, limit, pageToken, status, email, q, state, bench, createdAfter, createdBefore, orderBy, showDeleted }: {
    skip?: number;
    limit?: number;
    pageToken?: string;
    status?: "queued" | "provisioning" | "active" | "suspended" | "failed" | "deleting" | "deleted";
    email?: string;
    q?: string;
    state?: "present" | "suspended" | "standby";
    bench?: string;
    createdAfter?: string;
    createdBefore?: string;
    orderBy?: "-created_at" | "created_at" | "subdomain";
    showDeleted?: boolean;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: TenantList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants${QS.query(QS.explode({
        skip,
        limit,
        page_token: pageToken,
        status,
        email,
        q,
        state,
        bench,
        created_after: createdAfter,
        created_before: createdBefore,
        order_by: orderBy,
        show_deleted: showDeleted
    }))}`, {
        ...opts
    });
}
/**
 * Read a tenant
 */
export function readTenant(id: string, { showDeleted, ifNoneMatch }: {
    showDeleted?: boolean;
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Tenant;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}${QS.query(QS.explode({
        show_deleted: showDeleted
    }))}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Correct a tenant's organization or e-mail, or how rollouts treat it
 */
export function changeTenant(id: string, changeTenant: ChangeTenant, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Tenant;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}`, oazapfts.json({
        ...opts,
        method: "PATCH",
        body: changeTenant
    }));
}
/**
 * Delete a tenant, its site and its data
 */
export function deleteTenant(id: string, { purge, reason, idempotencyKey }: {
    purge?: boolean;
    reason?: string;
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}${QS.query(QS.explode({
        purge,
        reason
    }))}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Take the deletion of a tenant back
 */
export function undeleteTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/undelete`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Watch a tenant
 */
export function readTenantStatus(id: string, { ifNoneMatch }: {
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: TenantStatus;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/status`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Try once more what has failed
 */
export function retryTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/retry`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Put the tenant's site into maintenance mode
 */
export function suspendTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/suspend`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Take the tenant's site out of maintenance mode
 */
export function resumeTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/resume`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Read what happened to a tenant, the newest first
 */
export function listTenantOperations(id: string, { limit, pageToken }: {
    limit?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: OperationList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/operations${QS.query(QS.explode({
        limit,
        page_token: pageToken
    }))}`, {
        ...opts
    });
}
/**
 * Read an operation, with its log
 */
export function readOperation(id: string, op: string, { ifNoneMatch }: {
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: OperationWithLog;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/operations/${encodeURIComponent(op)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Read what happened to all tenants, the newest first
 */
export function listOperations({ state, kind, since, limit, pageToken }: {
    state?: "queued" | "running" | "succeeded" | "failed" | "superseded";
    kind?: string;
    since?: string;
    limit?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: OperationList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/operations${QS.query(QS.explode({
        state,
        kind,
        since,
        limit,
        page_token: pageToken
    }))}`, {
        ...opts
    });
}
/**
 * Give a user of the site a link to log in by
 */
export function createLoginLink(id: string, createLoginLink?: CreateLoginLink, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: LoginLink;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/login-links`, oazapfts.json({
        ...opts,
        method: "POST",
        body: createLoginLink,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Give the tenant another subdomain
 */
export function renameTenant(id: string, rename: Rename, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Renamed;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/subdomain`, oazapfts.json({
        ...opts,
        method: "PUT",
        body: rename,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * The sites that are made before anybody asks
 */
export function readPool(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Pool;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/pool", {
        ...opts
    });
}
/**
 * All tenants at a glance, and what needs a hand
 */
export function readFleet(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Fleet;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/fleet", {
        ...opts
    });
}
/**
 * What the newest garbage collection has found
 */
export function readGarbageCollection(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: GarbageCollection;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/garbage-collection", {
        ...opts
    });
}
/**
 * Give a tenant a domain of its own
 */
export function addDomain(id: string, addDomain: AddDomain, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Domain;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/domains`, oazapfts.json({
        ...opts,
        method: "POST",
        body: addDomain,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * List the domains of a tenant
 */
export function listDomains(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: DomainList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/domains`, {
        ...opts
    });
}
/**
 * Read a domain of a tenant
 */
export function readDomain(id: string, domain: string, { ifNoneMatch }: {
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Domain;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/domains/${encodeURIComponent(domain)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Take a domain from a tenant
 */
export function removeDomain(id: string, domain: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Domain;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/domains/${encodeURIComponent(domain)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Back a tenant's site up
 */
export function createBackup(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: AcceptedBackup;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * List the backups of a tenant, the newest first
 */
export function listBackups(id: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: BackupList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups`, {
        ...opts
    });
}
/**
 * Read a backup
 */
export function readBackup(id: string, backup: string, { ifNoneMatch }: {
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Backup;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups/${encodeURIComponent(backup)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Delete a backup
 */
export function deleteBackup(id: string, backup: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: DeletedBackup;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups/${encodeURIComponent(backup)}`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Export a backup
 */
export function exportBackup(id: string, backup: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups/${encodeURIComponent(backup)}/export`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Read how far a backup's export is, and where it can be fetched
 */
export function readExport(id: string, backup: string, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Export;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/backups/${encodeURIComponent(backup)}/export`, {
        ...opts
    });
}
/**
 * Give a tenant's site what a backup of it holds
 */
export function restoreTenant(id: string, restore: Restore, { validateOnly, idempotencyKey }: {
    validateOnly?: boolean;
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: RestoreOutlook;
    } | {
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/restore${QS.query(QS.explode({
        validate_only: validateOnly
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: restore,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Take the newest restore of a tenant's site back
 */
export function undoRestoreOfTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/restore/undo`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * The benches, and how many sites each has
 */
export function listBenches(opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Benches;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>("/benches", {
        ...opts
    });
}
/**
 * Move a tenant's site to another bench, and migrate it to the versions there
 */
export function upgradeTenant(id: string, upgrade: Upgrade, { validateOnly, idempotencyKey }: {
    validateOnly?: boolean;
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: UpgradeOutlook;
    } | {
        status: 202;
        data: Accepted;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/upgrade${QS.query(QS.explode({
        validate_only: validateOnly
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: upgrade,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Leave a tenant where it is when others are moved to another bench
 */
export function pinTenant(id: string, pinTenant: PinTenant, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Tenant;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/pin`, oazapfts.json({
        ...opts,
        method: "PUT",
        body: pinTenant,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Let rollouts move a tenant again
 */
export function unpinTenant(id: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Tenant;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/tenants/${encodeURIComponent(id)}/pin`, {
        ...opts,
        method: "DELETE",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Move all tenants to another bench, in waves
 */
export function createRollout(newRollout: NewRollout, { validateOnly, idempotencyKey }: {
    validateOnly?: boolean;
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: RolloutOutlook;
    } | {
        status: 201;
        data: Rollout;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts${QS.query(QS.explode({
        validate_only: validateOnly
    }))}`, oazapfts.json({
        ...opts,
        method: "POST",
        body: newRollout,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * List the rollouts, the newest first
 */
export function listRollouts({ limit, pageToken }: {
    limit?: number;
    pageToken?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: RolloutList;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts${QS.query(QS.explode({
        limit,
        page_token: pageToken
    }))}`, {
        ...opts
    });
}
/**
 * Read a rollout
 */
export function readRollout(rollout: string, { ifNoneMatch }: {
    ifNoneMatch?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Rollout;
    } | {
        status: 304;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts/${encodeURIComponent(rollout)}`, {
        ...opts,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "If-None-Match": ifNoneMatch
        })
    });
}
/**
 * Pause a rollout
 */
export function pauseRollout(rollout: string, pauseRollout?: PauseRollout, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Rollout;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts/${encodeURIComponent(rollout)}/pause`, oazapfts.json({
        ...opts,
        method: "POST",
        body: pauseRollout,
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    }));
}
/**
 * Resume a rollout
 */
export function resumeRollout(rollout: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Rollout;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts/${encodeURIComponent(rollout)}/resume`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Cancel a rollout for good
 */
export function cancelRollout(rollout: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Rollout;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts/${encodeURIComponent(rollout)}/cancel`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
/**
 * Try again what failed in a rollout
 */
export function retryFailedOfRollout(rollout: string, { idempotencyKey }: {
    idempotencyKey?: string;
} = {}, opts?: Oazapfts.RequestOpts) {
    return oazapfts.fetchJson<{
        status: 200;
        data: Rollout;
    } | {
        status: 400;
        data: Problem;
    } | {
        status: 401;
        data: Problem;
    } | {
        status: 403;
        data: Problem;
    } | {
        status: 404;
        data: Problem;
    } | {
        status: 409;
        data: Problem;
    } | {
        status: 413;
        data: Problem;
    } | {
        status: 415;
        data: Problem;
    } | {
        status: 422;
        data: Problem;
    } | {
        status: 429;
        data: Problem;
    } | {
        status: 503;
        data: Problem;
    }>(`/rollouts/${encodeURIComponent(rollout)}/retry-failed`, {
        ...opts,
        method: "POST",
        headers: oazapfts.mergeHeaders(opts?.headers, {
            "Idempotency-Key": idempotencyKey
        })
    });
}
