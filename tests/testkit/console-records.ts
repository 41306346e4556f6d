/**
 * Records of which each of the console's pages has something to show, and texts in them such as only somebody writes who
 * means harm.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { newDomain } from "../../shared/domains/domain.ts";
import { operationId } from "../../shared/tenant/operation-record.ts";
import type { OperationRecord } from "../../shared/tenant/operation-record.ts";
import { addSeconds, newTenant } from "../../shared/tenant/tenant.ts";
import type { Status, Tenant } from "../../shared/tenant/tenant.ts";
import { REQUESTER } from "./requester.ts";
import { someBackup } from "./some-backup.ts";
import { askedRollout, ROLLOUT_ID } from "./some-rollout.ts";
import { siteAt } from "./some-site.ts";
import { withParts } from "./tenant-parts.ts";
import type { TenantParts } from "./tenant-parts.ts";

/** The benches that the records speak of, as the setting names them. */
export const BENCHES = JSON.stringify([
  { name: "v16-32", image: "frappe/erpnext:v16.32.3", current: true },
  { name: "v16-33", image: "frappe/erpnext:v16.33.0" },
]);

/** When all of it was as it is: when the test began, for the API tells of the last 24 hours. */
export const NOW = new Date();

const DAY = 24 * 3600;
const at = (seconds: number) => addSeconds(NOW, seconds);

const idOf = (index: number) => `11111111-2222-4333-8444-${String(index).padStart(12, "0")}`;

let count = 0;
function tenantAt(subdomain: string, organization: string, parts: TenantParts): Tenant {
  count += 1;
  const tenant = newTenant(
    {
      id: idOf(count),
      commandId: idOf(count),
      requestedBy: REQUESTER,
      organization,
      subdomain,
      email: `office@${subdomain}.example`,
      bench: "v16-32",
    },
    at(-count * DAY),
  );
  return withParts(tenant, parts);
}

const WORKS = (subdomain: string, more: Partial<Status> = {}): Partial<Status> => ({
  phase: "active",
  observed_generation: 1,
  site: siteAt(subdomain, { bench: "v16-32", apps: { frappe: "16.32.0", erpnext: "16.32.3" } }),
  ...more,
});

/** One that has everything that a tenant may have. */
export const ACME = tenantAt("acme", "Acme & Söhne", {
  profile: { first_name: "Ann", last_name: "Mayer", time_zone: "Europe/Berlin" },
  spec: { pin: { reason: "They close their year", until: at(30 * DAY) }, canary: true },
  status: WORKS("acme", {
    kept: [{ database: "tnkept", until: at(DAY) }],
    backup: {
      id: idOf(901),
      requested_at: at(-4 * 3600),
      verified_at: null,
      nightly_at: at(-4 * 3600),
      tests: {
        passed_at: at(-3 * DAY),
        failure: {
          at: at(-DAY),
          backup: idOf(902),
          step: "load",
          reason: "Failed",
          message: "The dump ends in the middle of a line.",
          retryable: false,
        },
      },
    },
  }),
});

const FAILED = tenantAt("broken", "Broken Ltd", {
  status: {
    phase: "failed",
    condition: "failed",
    step: "install-app",
    reason: "BackoffLimitExceeded",
    message: "bench install-app failed for broken.kairos.app: no such app.",
    retryable: true,
    observed_generation: 1,
  },
});

/** One whose site is being made. */
export const UNDER_WAY = tenantAt("initech", "Initech", {
  status: {
    phase: "provisioning",
    step: "new-site",
    step_since: at(-20),
    operation: {
      kind: "create",
      generation: 1,
      attempt: 1,
      first_attempt: 1,
      started_at: at(-40),
      slot: 1,
      slot_at: at(-30),
      deadline_at: at(1800),
    },
  },
});

const CLOSED = tenantAt("globex", "Globex", {
  spec: { state: "suspended" },
  status: { ...WORKS("globex"), phase: "suspended", site: siteAt("globex", { suspended: true }) },
});

/** Others, so that a list is one. */
const OTHERS = [
  "soylent",
  "umbrella",
  "stark",
  "wayne",
  "wonka",
  "tyrell",
  "cyberdyne",
  "aperture",
].map((name) =>
  tenantAt(name, `${name[0]?.toUpperCase()}${name.slice(1)} Ltd`, { status: WORKS(name) }),
);

/** Markup, and characters that turn the direction of what stands beside them, where people wrote names. */
export const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
export const TURNED = "\u202Eelgoog \u2066moc.live\u2069 مرحبا";
/** As long as a record may be. */
export const MESSAGE = `${MARKUP} ${"0123456789".repeat(100_000)}`;
export const LOG = `\u001b[31mred\u001b[0m \u001b]0;title\u0007 ${MARKUP}\n\u001b[2J\u0000 ${TURNED} the end`;

export const HOSTILE = tenantAt("hostile", MARKUP, {
  profile: { first_name: TURNED, last_name: MARKUP },
  spec: { pin: { reason: MARKUP, until: null } },
  status: WORKS("hostile", {
    condition: "failed",
    reason: "Failed",
    message: MESSAGE,
    retryable: true,
  }),
});
export const REVERSED = tenantAt("reversed", TURNED, { status: WORKS("reversed") });

function operationOf({ id }: Tenant, more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    tenant_id: id,
    generation: 1,
    attempt: 1,
    kind: "create",
    state: "succeeded",
    requested_by: "key:frontend",
    request_id: "request-1",
    request_reason: null,
    created_at: at(-DAY),
    slot_at: at(-DAY + 1),
    job_at: at(-DAY + 2),
    running_at: at(-DAY + 4),
    ended_at: at(-DAY + 64),
    steps: [
      { name: "database", started_at: at(-DAY + 4), ended_at: at(-DAY + 6) },
      { name: "new-site", started_at: at(-DAY + 6), ended_at: at(-DAY + 46) },
      { name: "install-app", started_at: at(-DAY + 46), ended_at: at(-DAY + 60) },
      { name: "verify", started_at: at(-DAY + 60), ended_at: at(-DAY + 64) },
    ],
    outcome: null,
    log: "step: database\nstep: new-site\nstep: install-app\nstep: verify\nacme.kairos.app works",
    expires_at: at(90 * DAY),
    ...more,
  };
}

const failure = (message: string) => ({
  step: "install-app",
  reason: "BackoffLimitExceeded",
  message,
  retryable: true,
});

const OPERATIONS: OperationRecord[] = [
  operationOf(ACME),
  operationOf(ACME, {
    generation: 2,
    kind: "backup",
    requested_by: "backups",
    created_at: at(-4 * 3600),
  }),
  operationOf(FAILED, { state: "failed", outcome: failure("bench install-app failed.") }),
  operationOf(UNDER_WAY, {
    state: "running",
    created_at: at(-40),
    slot_at: at(-30),
    running_at: at(-25),
    ended_at: null,
    log: null,
    steps: [{ name: "new-site", started_at: at(-20), ended_at: null }],
  }),
  operationOf(HOSTILE, { state: "failed", outcome: failure(MESSAGE.slice(0, 10_000)), log: LOG }),
];

/** Creates of the last 24 hours, as the chart of the fleet has them: so many seconds each took. */
const CREATES = Array.from({ length: 60 }, (_, index) => {
  const begun = -DAY + 1800 + index * 1400;
  const took = 24 + ((index * 7) % 13) + (index % 17 === 5 ? 40 : 0);
  return operationOf(ACME, {
    tenant_id: idOf(2_000 + index),
    created_at: at(begun),
    slot_at: at(begun),
    job_at: at(begun + 1),
    running_at: at(begun + 3),
    ended_at: at(begun + took),
    // By this the API knows when it ended.
    expires_at: at(begun + took + 90 * DAY),
    steps: [],
    log: null,
  });
});

const FINDINGS = [
  {
    event: "unknown_site",
    tenant_id: null,
    subdomain: null,
    domain: null,
    damaged: [],
    at: at(-3600),
  },
  {
    event: "record_damaged",
    tenant_id: ACME.id,
    subdomain: "acme",
    domain: null,
    damaged: ["status.phase"],
    at: at(-3600),
  },
];

/** The address of a page with an operation opened. */
export const operationAddress = ({ id }: Tenant) =>
  `#/tenants/${id}/operations/${operationId(id, 1, 1)}`;

/** Writes all of it. */
export async function writeConsoleRecords(firestore: Firestore): Promise<void> {
  const writer = firestore.bulkWriter();
  const set = (path: string, fields: object) => void writer.set(firestore.doc(path), { ...fields });
  for (const tenant of [ACME, FAILED, UNDER_WAY, CLOSED, ...OTHERS, HOSTILE, REVERSED]) {
    set(`tenants/${tenant.id}`, tenant);
  }
  for (const operation of [...OPERATIONS, ...CREATES]) {
    const { tenant_id, generation, attempt } = operation;
    set(`operations/${operationId(tenant_id, generation, attempt)}`, operation);
  }
  set(`backups/${idOf(901)}`, someBackup(ACME.id, at(-4 * 3600), { verified_at: at(-2 * 3600) }));
  set(`backups/${idOf(902)}`, someBackup(ACME.id, at(-DAY), { kind: "manual" }));
  set(
    `backups/${idOf(903)}`,
    someBackup(ACME.id, at(-2 * DAY), {
      state: "failed",
      bytes: null,
      reason: "Failed",
      message: "No room.",
    }),
  );
  const domain = {
    tenantId: ACME.id,
    token: "0123456789abcdef",
    commandId: idOf(1),
    requestedBy: REQUESTER,
  };
  set(
    "domains/shop.acme.example",
    newDomain({ domain: "shop.acme.example", ...domain }, at(-3600)),
  );
  set(`rollouts/${ROLLOUT_ID}`, askedRollout(at(-3600), { to: "v16-33", from: ["v16-32"] }));
  set("system/heartbeat", { seen_at: at(-5) });
  set("system/garbage-collection", {
    finished_at: at(-3600),
    running_since: null,
    findings_total: FINDINGS.length,
    findings: FINDINGS,
    failed: ["Sites could not be listed: the volume does not answer."],
  });
  await writer.close();
}
