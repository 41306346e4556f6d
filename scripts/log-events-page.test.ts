import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LOG_EVENTS_PAGE, logEventsPage } from "./log-events-page.ts";
import { readRepositoryFile } from "./repository.ts";

const test = suite("docs/log-events.md");

test("it is what the code logs; npm run docs:log-events writes it", () => {
  assert.fixture(Buffer.from(readRepositoryFile(LOG_EVENTS_PAGE)).toString(), logEventsPage());
});

test("it has the decisions and the other events", () => {
  for (const name of ["JobSucceeded", "ResyncFinished"]) {
    assert.match(logEventsPage(), new RegExp(`^\\| \`${name}\` +\\| [A-Z].*\\.`, "m"));
  }
});

test.run();
