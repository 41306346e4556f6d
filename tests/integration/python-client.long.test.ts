/** A client in Python, as a public generator makes it of the API's document, runs a tenant's whole life. */
import { execFile } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { skip } from "../testkit/parts.ts";
import { startTestStack, temporaryDirectory } from "../testkit/stack-fixture.ts";

const run = promisify(execFile);

const test = suite("a generated client in Python");

/** The `bin` of a virtual environment with tests/testkit/python-client/requirements.txt. */
const programs = process.env["OPENAPI_PYTHON"];
const name = "it runs a tenant's whole life";

if (programs === undefined) skip(test, name, "openapi-generator", "OPENAPI_PYTHON names none");
else {
  test(name, async () => {
    const directory = temporaryDirectory();
    const it = await startTestStack();
    try {
      const document = join(directory, "openapi.json");
      writeFileSync(document, await (await fetch(`${it.stack.urls.api}/openapi.json`)).text());
      const client = join(directory, "client");
      await run(join(programs, "openapi-generator-cli"), [
        "generate",
        "-i",
        document,
        "-g",
        "python",
        "-o",
        client,
      ]);
      const life = join(repository, "tests/testkit/python-client/life.py");
      const { stdout } = await run(join(programs, "python3"), [
        life,
        client,
        it.stack.urls.api,
        it.stack.apiKey,
      ]);
      assert.is(stdout.trim(), "a whole life");
    } finally {
      await it.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

test.run();
