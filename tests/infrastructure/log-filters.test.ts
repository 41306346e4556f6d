/** The events that alerts, metrics and the dashboard look for are events that are logged. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { LOG_EVENTS } from "../../shared/platform/log-events.ts";
import { DECISION_REASONS } from "../../shared/reconciler/decision.ts";

const test = suite("filters on log lines");

const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** What the chart's scripts log. */
const SCRIPTS = globSync("terraform/cluster/chart/files/*.sh", { cwd: repository }).map(read);

/** A filter on the whole message. Kubernetes' own events are matched by a part of it. */
const FILTER = /jsonPayload\.message=\\?"([^"\\]+)/g;

function filtered(): [file: string, event: string][] {
  return globSync("terraform/**/*.tf", { cwd: repository }).flatMap((file) =>
    [...read(file).matchAll(FILTER)].map(([, event = ""]): [string, string] => [file, event]),
  );
}

test("look for events that the code or the chart's scripts log", () => {
  const found = filtered();
  assert.ok(found.length >= 4, JSON.stringify(found));
  for (const [file, event] of found) {
    const isCode = event in LOG_EVENTS || event in DECISION_REASONS;
    const isScript = SCRIPTS.some((text) => text.includes(`"message":"${event}"`));
    assert.ok(isCode || isScript, `${file} looks for ${event}, which nothing logs`);
  }
});

test("every event has one name, and is a word that can be searched for", () => {
  const names = [...Object.keys(LOG_EVENTS), ...Object.keys(DECISION_REASONS)];
  assert.equal(names.length, new Set(names).size);
  for (const name of names) assert.match(name, /^([A-Z][a-z]+)+$/);
});

test.run();
