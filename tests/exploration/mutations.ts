/**
 * Mistakes that the exploration must find: one line of the real code changed, or one promise of an adapter
 * broken. What finds none of them has no teeth.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "../../scripts/repository.ts";
import {
  CRASHES,
  FAILURES,
  BLOCKERS,
  NAME,
  OUTAGE,
  QUEUE,
  SLOT,
  STALLS,
} from "./exploration-scenarios.ts";
import type { Code, Scenario } from "./explored-steps.ts";
import { ALL_GUARANTEES } from "./model.ts";
import type { Guarantees } from "./model.ts";

export interface Mutation {
  name: string;
  scenario: Scenario;
  guarantees?: Partial<Guarantees>;
  edits?: { file: string; from: string; to: string }[];
  /** The rule that must be found broken. */
  breaks: string;
}

export const MUTATIONS: Mutation[] = [
  {
    name: "a record is written whatever has become of it since it was read",
    scenario: STALLS,
    guarantees: { writeInsistsOnVersion: false },
    breaks: "who is to go, and only who, is going",
  },
  {
    name: "a Job is deleted with Background",
    scenario: STALLS,
    guarantees: { deletion: "background" },
    breaks: "no Job works while the Pod of an older one is there",
  },
  {
    name: "a slot that is taken is taken for one's own",
    scenario: QUEUE,
    guarantees: { claimIsExclusive: false },
    breaks: "a tenant's slot is its own",
  },
  {
    name: "the site scripts skip the fence",
    scenario: STALLS,
    guarantees: { isFenced: false },
    breaks: "a name is free only when its site is gone",
  },
  {
    name: "a new tenant is stored without a requeue",
    scenario: CRASHES,
    edits: [
      {
        file: "tenant/tenant.ts",
        from: "next_reconcile_at: addSeconds(now, TRIGGER_GRACE_SECONDS),",
        to: "next_reconcile_at: null,",
      },
    ],
    breaks: "every command has an outcome",
  },
  {
    name: "a command is stored without a requeue",
    scenario: CRASHES,
    edits: [
      {
        file: "tenant/commands.ts",
        from: "next_reconcile_at: addSeconds(now, TRIGGER_GRACE_SECONDS),",
        to: "next_reconcile_at: null,",
      },
    ],
    breaks: "every command has an outcome",
  },
  {
    name: "triggers are done with before a requeue is written",
    scenario: CRASHES,
    edits: [
      {
        file: "reconciler/reconcile.ts",
        from: "return { ...changes, next_reconcile_at, updated_at: now };",
        to: "return { ...changes, next_reconcile_at: null, updated_at: now };",
      },
      { file: "reconciler/reconcile.ts", from: "return present === wanted;", to: "return true;" },
    ],
    breaks: "who is to go is gone",
  },
  {
    name: "a Job is deleted before its outcome is recorded",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "return ended(tenant, operation, job.outcome, now, settings);",
        to: 'return removeJob(tenant, job, "JobHasEnded", now);',
      },
    ],
    breaks: "everything comes to rest",
  },
  {
    name: "a Job that still works is taken for one that succeeded",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "if (job.outcome === null) return working(tenant, operation, job, now);",
        to: "if (job.outcome === null) return succeeded(tenant, operation, null, settings);",
      },
    ],
    breaks: "active means verified",
  },
  {
    name: "an older Job's outcome is taken for the operation's own",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "if (job !== null && isOlder(job, operation)) {",
        to: "if (job !== null && isOlder(job, operation) && job.outcome === null) {",
      },
    ],
    breaks: "a name is free only when its site is gone",
  },
  {
    name: "a deletion skips the drop whenever there is no Job",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: 'tenant.desired === "absent" && tenant.operation === null && job === null',
        to: 'tenant.desired === "absent" && job === null',
      },
    ],
    breaks: "no slot is taken by a tenant that does not know of it",
  },
  {
    name: "the record goes while the drop's Job is still there",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: 'return job === null ? afterTheJob(tenant) : removeJob(tenant, job, "JobHasEnded", now);',
        to: "return afterTheJob(tenant);",
      },
    ],
    breaks: "everything comes to rest",
  },
  {
    name: "an overtaken operation gives its slot back while its Job still works",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "const slot = tenant.operation?.slot ?? null;",
        to: "const slot = null as number | null;",
      },
    ],
    breaks: "who has a slot does not wait",
  },
  {
    name: "an outcome is recorded and the slot is kept",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/reconcile.ts",
        from: "return operation !== undefined && operation?.slot !== held ? held : null;",
        to: "return operation !== undefined && held === -1 ? held : null;",
      },
    ],
    breaks: "no slot is taken by a tenant that does not know of it",
  },
  {
    name: "an overdue attempt gives its slot back while its Job still works",
    scenario: SLOT,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: 'return removeJob(tenant, job, "DeadlineExceeded", now);',
        to: 'return failed(tenant, operation, OVERDUE, now, { baseDomain: "", retryPauseSeconds: 30 });',
      },
    ],
    breaks: "no more Jobs work than there are slots",
  },
  {
    name: "who has taken a place in the queue does not look once more",
    scenario: QUEUE,
    edits: [
      {
        file: "reconciler/reconcile.ts",
        from: 'if (wasInQueue) return "waiting";',
        to: 'if (wasInQueue || waiting !== null) return "waiting";',
      },
    ],
    breaks: "nobody waits while a slot is free",
  },
  {
    name: "the next in the queue is triggered by nobody",
    scenario: QUEUE,
    edits: [
      {
        file: "reconciler/reconcile.ts",
        from: 'if (freedSlot !== null) yield* ask("triggerNextInQueue", {});',
        to: "",
      },
    ],
    breaks: "nobody waits while a slot is free",
  },
  {
    name: "a failed attempt is not tried again",
    scenario: FAILURES,
    edits: [
      { file: "reconciler/decide.ts", from: "attempts < MAX_ATTEMPTS)", to: "attempts < 1)" },
    ],
    breaks: "what may succeed is tried again",
  },
  {
    name: "an outage of what all share costs an attempt",
    scenario: OUTAGE,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "attempts: isLong ? attempts : attempts + 1",
        to: "attempts: isLong ? attempts : attempts + 0",
      },
    ],
    breaks: "an outage gives nobody up before an hour",
  },
  {
    name: "an outage is waited for without end",
    scenario: OUTAGE,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "attempts: isLong ? attempts : attempts + 1",
        to: "attempts: isLong ? attempts + 1 : attempts + 1",
      },
    ],
    breaks: "an outage that lasts costs attempts",
  },
  {
    name: "a drop is given up",
    scenario: FAILURES,
    edits: [
      { file: "reconciler/decide.ts", from: 'kind === "drop" || (retryable', to: "(retryable" },
    ],
    breaks: "a name is free only when its site is gone",
  },
  {
    name: "a retry does not begin a new generation",
    scenario: FAILURES,
    edits: [
      {
        file: "tenant/commands.ts",
        from: "generation: tenant.generation + 1,",
        to: "generation: tenant.generation,",
      },
    ],
    breaks: "only a caller changes what is asked for",
  },
  {
    name: "a suspended tenant is called active",
    scenario: STALLS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: 'return { status: "suspended" };',
        to: 'return { status: "active" };',
      },
    ],
    breaks: "the command is carried out",
  },
  {
    name: "an attempt that nobody can help gives its slot back while its Job is there",
    scenario: BLOCKERS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "const over = { ...operation, deadline_at: now };",
        to: "const over = nextAttempt(operation, now);",
      },
    ],
    breaks: "no more Jobs work than there are slots",
  },
  {
    name: "an attempt that nobody can help is ended without its time being over",
    scenario: BLOCKERS,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: "const over = { ...operation, deadline_at: now };",
        to: "const over = withoutSlot(operation);",
      },
    ],
    breaks: "no more Jobs work than there are slots",
  },
  {
    name: "a tenant that is settled goes",
    scenario: NAME,
    edits: [
      {
        file: "reconciler/decide.ts",
        from: 'return tenant.desired === "absent" ? endDeletion("SiteIsDropped") : settled();',
        to: 'return endDeletion("SiteIsDropped");',
      },
    ],
    breaks: "a name is free only when its site is gone",
  },
];

const FILES = [
  "tenant/tenant.ts",
  "tenant/commands.ts",
  "reconciler/blocker.ts",
  "reconciler/decide.ts",
  "reconciler/reconcile.ts",
];

/** The guarantees and the code with the mistake in them. Call `forget` when done. */
export async function mutate({
  guarantees,
  edits = [],
}: Mutation): Promise<{ code: Code; guarantees: Guarantees; forget: () => void }> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-mutation-"));
  for (const file of FILES) {
    const original = readFileSync(join(repository, "shared", file), "utf8");
    const ofFile = edits.filter((edit) => edit.file === file);
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(join(directory, file), ofFile.reduce(applied, original));
  }
  const load = async (file: string) =>
    (await import(pathToFileURL(join(directory, file)).href)) as Partial<Code>;
  const code = {
    ...(await load("tenant/tenant.ts")),
    ...(await load("tenant/commands.ts")),
    ...(await load("reconciler/reconcile.ts")),
  } as Code;
  const forget = () => rmSync(directory, { recursive: true, force: true });
  return { code, guarantees: { ...ALL_GUARANTEES, ...guarantees }, forget };
}

/** An edit that fits nowhere, or in more than one place, would mutate nothing or something else. */
function applied(source: string, { file, from, to }: { file: string; from: string; to: string }) {
  if (source.split(from).length !== 2) throw new Error(`${file} does not hold this once: ${from}`);
  return source.replace(from, () => to);
}
