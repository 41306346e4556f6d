/**
 * Every `reason` that the code gives a tenant has a hint, and docs/operations.md has the same reasons with the same
 * hints.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { WAITING_FOR_SLOT } from "../../shared/reconciler/slot-queue.ts";
import { damagedFields, showDamaged } from "../../shared/tenant/damaged-record.ts";
import { ALREADY_UPGRADED } from "../../shared/tenant/site-upgrade.ts";
import { REASON_HINTS } from "../../shared/tenant/reason-hints.ts";

const test = suite("the reasons");

const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** Every text in PascalCase that stands in a source, outside its comments. */
function namesIn(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  return [...code.matchAll(/"((?:[A-Z][a-z]+)+)"/g)].map(([, name = ""]) => name);
}

/** What stands between two texts, of which the second is the first one after it. */
function between(text: string, start: string, end: string): string {
  const [, after = ""] = text.split(start);
  return after.split(end)[0] ?? "";
}

/** Kubernetes' own words in `job-outcome.ts`, which are no reasons of a tenant. */
const WORDS_OF_KUBERNETES = ["Complete", "DisruptionTarget", "True"];

function blockers(): string[] {
  return namesIn(between(read("shared/reconciler/blocker.ts"), "export type BlockerReason", ";"));
}

function outcomes(): string[] {
  const names = namesIn(read("shared/kubernetes/job-outcome.ts"));
  for (const word of WORDS_OF_KUBERNETES) assert.ok(names.includes(word), word);
  return names.filter((name) => !WORDS_OF_KUBERNETES.includes(name));
}

/** What a script leaves as its reason, where it succeeds or meets an outage. */
function ofScripts(): string[] {
  const paths = globSync("shared/operations/**/*.sh", { cwd: repository });
  return paths.flatMap((path) => {
    const words = read(path).matchAll(/^\s*(?:leave_message|echo) ((?:[A-Z][a-z]+){2,})$/gm);
    return [...words].map(([, name = ""]) => name);
  });
}

/** What the reconciler itself says of a failure, beside what the cluster says. */
function ofAttempts(): string[] {
  const attempts = read("shared/reconciler/attempts.ts");
  return ["const failure: Failure = {", "const BACKUPS_ARE_OFF: OperationFailure = {"].flatMap(
    (start) => namesIn(between(attempts, start, "}")),
  );
}

function ofDamage(): string {
  const id = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
  const times = { createdAt: new Date(0), updatedAt: new Date(0) };
  return showDamaged({}, id, damagedFields({}, id, []), times).status.reason ?? "";
}

const known = new Set([
  ...blockers(),
  ...outcomes(),
  ...ofScripts(),
  ...ofAttempts(),
  WAITING_FOR_SLOT,
  ofDamage(),
  ALREADY_UPGRADED,
  // A Job's condition has it where a script has failed; no code of ours names it.
  "BackoffLimitExceeded",
]);

test("each place that gives one is read", () => {
  assert.is(blockers().length, 13);
  for (const reason of ["OutOfMemory", "Evicted", "Killed", "VolumeFull", "PodFailurePolicy"]) {
    assert.ok(outcomes().includes(reason), reason);
  }
  assert.ok(ofScripts().includes("SiteNotOurs"));
  assert.equal(ofAttempts(), ["DeadlineExceeded", "BackupsAreOff"]);
  assert.is(ofDamage(), "RecordDamaged");
});

test("each that the code knows has a hint, and no other", () => {
  assert.equal([...known].toSorted(), Object.keys(REASON_HINTS).toSorted());
});

/** By reason, the last cell of its row in the tables of docs/operations.md, without the marks of code. */
function documented(): Map<string, string> {
  const rows = read("docs/operations.md").matchAll(/^\| `((?:[A-Z][a-z]+)+)` .*\| (.+?) +\|$/gm);
  return new Map([...rows].map(([, reason = "", cell = ""]) => [reason, cell.replaceAll("`", "")]));
}

test("docs/operations.md says of each what its hint says", () => {
  assert.equal(
    [...documented()].toSorted(([left], [right]) => left.localeCompare(right)),
    Object.entries(REASON_HINTS).toSorted(([left], [right]) => left.localeCompare(right)),
  );
});

test.run();
