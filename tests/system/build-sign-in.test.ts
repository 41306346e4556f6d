/**
 * The way to Google in the cloud, in a bundle made as those of the functions are: the emulators ask for no
 * credentials, so no other test goes it. What Google answers is stood in for.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeFiles } from "../../scripts/build/archive.ts";
import { bundleFrom } from "../../scripts/build/bundle.ts";
import { BUNDLE_NAME } from "../../scripts/local/function-process.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the way to Google in a bundle");

const NOW = new Date().toISOString();

/** How Google and its metadata server answer, the n-th time that the same is asked. */
function answerTo({ url = "" }: IncomingMessage, time: number): [status: number, body: unknown] {
  if (url.includes("/token")) {
    return [200, { access_token: "a-token", expires_in: 3599, token_type: "Bearer" }];
  }
  if (url.includes("universe")) return [404, "none"];
  if (url.includes("/computeMetadata")) return [200, "acme-prod"];
  if (url.includes("/certs")) return [200, { "a-key": "a certificate" }];
  if (url.includes(":publish")) return [200, { messageIds: ["1"] }];
  if (url.includes(":batchGet")) {
    if (time === 1) return [503, { error: { code: 503, status: "UNAVAILABLE", message: "-" } }];
    const name = "projects/acme-prod/databases/(default)/documents/tenants/one";
    return [200, [{ missing: name, readTime: NOW }]];
  }
  // Two statuses share one HTTP status: the first is to be tried again, the second is an answer.
  const status = time === 1 ? "ABORTED" : "ALREADY_EXISTS";
  return [409, { error: { code: 409, status, message: "-" } }];
}

test("signs in, tries again, tells errors apart, and sends its token", async () => {
  const asked: { path: string; authorization: string }[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/\?.*/, "");
    asked.push({ path, authorization: request.headers.authorization ?? "" });
    const [status, body] = answerTo(request, asked.filter((one) => one.path === path).length);
    const headers = { "Content-Type": "application/json", "Metadata-Flavor": "Google" };
    response.writeHead(status, headers).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const directory = temporaryDirectory();
  try {
    const { files } = await bundleFrom("tests/fixtures/google-sign-in.ts");
    writeFiles(directory, files);
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const child = spawn(process.execPath, [join(directory, BUNDLE_NAME)], {
      env: { GCE_METADATA_HOST: host, GOOGLE_HOST: host, GOOGLE_CLOUD_PROJECT: "acme-prod" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const alreadyExists = 6;
    assert.equal(await json(child.stdout), {
      token: "a-token",
      read: false,
      taken: alreadyExists,
      published: ["1"],
      keys: ["a-key"],
    });
    const published = asked.find(({ path }) => path.endsWith(":publish"));
    assert.is(published?.authorization, "Bearer a-token");
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true, force: true });
  }
});

test.run();
