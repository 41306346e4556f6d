/** Backups to where one has to say who one is, as at Google: over TLS, with a token of the metadata server's. */
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { buffer } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CREATE } from "../crash/crash-injection.ts";
import { startFaultyBucket } from "../testkit/faulty-bucket.ts";
import { makeCertificate } from "../testkit/loopback-certificate.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, STAND_IN } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { BACKUP_OF_ACME, wholeBackup } from "../testkit/stored-backup.ts";
import { temporaryDirectory } from "../testkit/temporary-directory.ts";

const test = suite("backups with a token");
const missing = missingBucketServer();
if (missing === null) addTests();
else skip(test, "backups with a token", "bucket-server", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  let bucket: BucketServer;
  let bench: SiteBench;
  /** Behind the one with TLS. */
  let plain: Awaited<ReturnType<typeof startFaultyBucket>>;
  let metadata: Server;
  let secure: Server;
  /** The tokens that were given, and the one that is taken. */
  let given = 0;
  let taken = "";
  let seen: string[] = [];
  let env: Record<string, string>;

  test.before(async () => {
    bucket = await startBucketServer();
    plain = await startFaultyBucket(bucket.endpoint);
    const { key, cert, files } = makeCertificate(directory);
    metadata = await listen(createServer(giveToken));
    secure = await listen(createTlsServer({ key, cert }, (...call) => void demandToken(...call)));
    bench = createSiteBench(STAND_IN, undefined, bucket);
    const { status, output } = await bench.run(CREATE);
    assert.is(status, 0, output);
    env = {
      BACKUP_ENDPOINT: `https://127.0.0.1:${portOf(secure)}`,
      GCE_METADATA_HOST: `127.0.0.1:${portOf(metadata)}`,
      SSL_CERT_FILE: files.cert,
      BUCKET_PATIENCE_SECONDS: "2",
    };
  });
  test.after(async () => {
    for (const server of [metadata, secure]) server?.close();
    plain?.stop();
    await bucket?.stop();
    bench?.remove();
    rmSync(directory, { recursive: true, force: true });
  });
  test.before.each(async () => {
    await bucket.empty();
    [given, taken, seen] = [0, "", []];
  });

  function giveToken({ url, headers }: IncomingMessage, response: ServerResponse): void {
    seen.push(`${String(headers["metadata-flavor"])} ${url}`);
    given += 1;
    const token = { access_token: `token-${given}`, expires_in: 3600, token_type: "Bearer" };
    response.end(JSON.stringify(token));
  }

  async function demandToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "", headers } = request;
    const body = await buffer(request);
    if (!(headers.authorization ?? "").startsWith(`Bearer ${taken}`)) {
      response.writeHead(401).end('{"error":{"message":"Invalid Credentials"}}');
      return;
    }
    const type = headers["content-type"];
    const answer = await fetch(`${plain.endpoint}${url}`, {
      method: method ?? "GET",
      headers: type === undefined ? {} : { "Content-Type": type },
      ...(method === "POST" && { body }),
    });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  }

  test("each program asks for the token of the Pod's service account, once", async () => {
    taken = "token-";
    const { status, output, left } = await bench.run({ ...BACKUP_OF_ACME, env });
    assert.is(status, 0, output);
    await wholeBackup(bucket);
    // The look, three parts and the manifest.
    const path = "/computeMetadata/v1/instance/service-accounts/default/token";
    assert.equal(
      seen,
      Array.from({ length: 5 }, () => `Google ${path}`),
    );
    assert.not.ok([output, ...left].some((text) => text?.includes("token-")));
  });

  test("a token that is not taken any more is asked for anew, and then it is told", async () => {
    taken = "token-2";
    const backup = { ...BACKUP_OF_ACME, generation: 3, env };
    const { status, message } = await bench.run(backup);
    // The look gets through with the second one, and the first part with neither of its own.
    assert.is(status, 1);
    assert.is(message?.step, "dump-database");
    assert.is(message?.reason, "the bucket backups refuses: 401 Invalid Credentials");
    assert.is(given, 4);
  });

  test("where the metadata server gives none, that is the reason", async () => {
    const away = { ...env, GCE_METADATA_HOST: `127.0.0.1:${portOf(secure)}` };
    const { status, message } = await bench.run({ ...BACKUP_OF_ACME, generation: 4, env: away });
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /^the bucket backups does not work: no answer \(/);
  });

  test("a certificate that nobody vouches for is not believed", async () => {
    const { SSL_CERT_FILE: _, ...strict } = env;
    taken = "token-";
    const { status, message } = await bench.run({ ...BACKUP_OF_ACME, generation: 5, env: strict });
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /certificate verify failed/);
    assert.equal(await bucket.list(), []);
  });
}

async function listen<S extends Server>(server: S): Promise<S> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
