import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CONSOLE_CLIENT, consoleClient } from "./console-client.ts";
import { readRepositoryFile } from "./repository.ts";

const test = suite("the console's client");

test("it is what the API's document gives; npm run console:client writes it", async () => {
  const committed = Buffer.from(readRepositoryFile(CONSOLE_CLIENT)).toString();
  assert.fixture(committed, await consoleClient());
});

test.run();
