/**
 * The log of a reconcile: one line a decision, with what it rested on, what was done and how long each
 * step took, so that an operator can follow a tenant, and time-to-active can become a metric. Of a site Job that has
 * ended, one line more for each step of its script.
 *
 * @module
 */
import { isOutage } from "../kubernetes/job-outcome.ts";
import type { writeLogLine } from "../platform/log.ts";
import type { LogEvent } from "../platform/log-events.ts";
import type { JobReport } from "../reconciler/decision.ts";
import type { Io, IoHandlers, IoRequest } from "../reconciler/ports.ts";
import type { OperationStep } from "../tenant/operation-record.ts";

type Decided = Io["decided"]["request"];

/** The line of a step of a site script, from which its times become a metric. */
const STEP_ENDED = "StepEnded" satisfies LogEvent;

/** The line by which an alert knows of a backup that cannot be restored. */
const RESTORE_TEST_FAILED = "RestoreTestFailed" satisfies LogEvent;

/** A step that takes no time worth a field. */
const UNTIMED = new Set(["now", "decided"]);

/** Starts the log of one reconcile. `clock` gives milliseconds. */
export function createDecisionLog(
  write: typeof writeLogLine,
  clock: () => number = () => performance.now(),
) {
  let decided: Decided | null = null;
  let report: JobReport | null = null;
  let milliseconds: Record<string, number> = {};
  /** What became of it: `lost` where the dependencies had changed, `waiting` where no slot was free. */
  let result: "done" | "lost" | "waiting" = "done";

  async function timed<T>(io: IoRequest["io"], answer: () => Promise<T>): Promise<T> {
    const startedAt = clock();
    try {
      return await answer();
    } finally {
      milliseconds[io] = Math.round((milliseconds[io] ?? 0) + clock() - startedAt);
    }
  }

  /** Writes the line of the decision that was last made, with all that was done since. */
  function flush(): void {
    if (decided !== null) {
      const { reason, changes, actions } = decided.decision;
      const isNews = result === "done" && (changes !== null || actions.length > 0);
      const fields: Record<string, unknown> = { ...decisionFields(decided), result, milliseconds };
      // What was not written is no outcome.
      if (result !== "done") delete fields["secondsSinceRequest"];
      write(isNews ? "INFO" : "DEBUG", reason, fields);
      if (isNews) tellOfTest(fields, decided);
      if (isNews) for (const step of report?.steps ?? []) writeStep(fields, step);
    }
    decided = null;
    report = null;
    result = "done";
    milliseconds = {};
  }

  /**
   * A backup that cannot be restored is none of the tenant's failures, so a line of its own tells of it. One that was not tried, for
   * an outage, is not known to be such.
   */
  function tellOfTest({ tenantId }: Record<string, unknown>, { decision }: Decided): void {
    const failure = decision.changes?.backup?.tests?.failure ?? null;
    if (decision.reason !== "JobFailed" || failure === null) return;
    const { backup, step, reason: failed, message } = failure;
    if (isOutage(failed)) return;
    write("ERROR", RESTORE_TEST_FAILED, { tenantId, backup, step, failed, said: message });
  }

  function writeStep(
    { tenantId, kind }: Record<string, unknown>,
    { name, started_at, ended_at }: OperationStep,
  ): void {
    if (ended_at === null) return;
    const seconds = secondsBetween(started_at, ended_at);
    write("INFO", STEP_ENDED, { tenantId, kind, step: name, seconds });
  }

  return {
    /** The same handlers, watched. */
    watch(handlers: IoHandlers): IoHandlers {
      const entries = Object.entries(handlers).map(([io, handle]) => {
        const watched = (request: IoRequest) => {
          const answer = () => (handle as (request: IoRequest) => Promise<unknown>)(request);
          return UNTIMED.has(io) ? answer() : timed(io as IoRequest["io"], answer);
        };
        return [io, watched];
      });
      const watched = Object.fromEntries(entries) as IoHandlers;
      // A round begins with this read, and ends the one before it.
      watched.readTenant = (request) => {
        flush();
        return timed("readTenant", () => handlers.readTenant(request));
      };
      watched.decided = (request) => {
        decided = request;
        const takesSlot = request.decision.actions.some((action) => action.do === "takeSlot");
        if (takesSlot) result = "waiting";
        return handlers.decided(request);
      };
      watched.readReport = async (request) => {
        report = await timed("readReport", () => handlers.readReport(request));
        return report;
      };
      watched.writeTenant = async (request) => {
        const written = await timed("writeTenant", () => handlers.writeTenant(request));
        if (written === null) result = "lost";
        return written;
      };
      watched.claimSlot = async (request) => {
        const claim = await timed("claimSlot", () => handlers.claimSlot(request));
        if (claim.result === "claimed") result = "done";
        if (claim.result === "lost") result = "lost";
        return claim;
      };
      return watched;
    },
    /** Writes what is not yet written. */
    end: flush,
  };
}

function decisionFields({ tenant, decision, now }: Decided): Record<string, unknown> {
  const { id: tenantId, spec, status } = tenant;
  const { changes, actions } = decision;
  const begun = actions.find((action) => action.do === "takeSlot")?.operation;
  // An attempt that has ended is named by its own number, and not by that of the next one.
  const hasEnded = changes?.message !== undefined;
  const operation = hasEnded ? status.operation : (changes?.operation ?? begun ?? status.operation);
  return {
    tenantId,
    generation: spec.generation,
    desired: spec.state,
    kind: operation?.kind ?? null,
    attempt: operation?.attempt ?? null,
    status: changes?.phase ?? status.phase,
    reason: changes?.reason === undefined ? status.reason : changes.reason,
    actions: actions.map((action) => action.do),
    // The outcome of a command: for a create that succeeded, the time to active.
    ...(changes?.observed_generation === undefined
      ? {}
      : { secondsSinceRequest: secondsBetween(spec.requested_at, now) }),
  };
}

function secondsBetween(start: Date, end: Date): number {
  return (end.getTime() - start.getTime()) / 1000;
}
