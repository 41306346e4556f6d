/** The receiver in docs/events.md, by its very text, on what Pub/Sub pushes. */
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { repository } from "../../scripts/repository.ts";
import { openBus, TENANT_STATUS } from "../../shared/pubsub/bus.ts";
import { toCloudEvent, toMessage } from "../../shared/pubsub/cloud-event.ts";
import type { StatusEvent } from "../../shared/tenant/status-event.ts";
import { GOOGLE_KEYS, pushClaims, signIdToken } from "../testkit/google-id-tokens.ts";
import { PROJECT_ID, startPubsub } from "../testkit/own-emulators.ts";
import { createServerProcesses } from "../testkit/server-processes.ts";
import { someEvent } from "../testkit/some-event.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the receiver of docs/events.md");

const AUDIENCE = "https://crm.example.com";
const SENDER = "kairos-status@my-project.iam.gserviceaccount.com";
const KEYS = new URL("../fixtures/google-keys.mjs", import.meta.url).href;

/** The page's only block of JavaScript. */
function receiverText(): string {
  const page = readFileSync(join(repository, "docs/events.md"), "utf8");
  const blocks = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, text = ""]) => text);
  assert.is(blocks.length, 1);
  return blocks[0] ?? "";
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;
let receiver: Receiver;

async function startReceiver() {
  const directory = temporaryDirectory();
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  const file = join(directory, "receiver.mjs");
  writeFileSync(file, receiverText());
  const [port = 0] = await freePorts(1);
  const processes = createServerProcesses();
  const settings = {
    AUDIENCE,
    SENDER,
    PORT: String(port),
    GOOGLE_KEYS: JSON.stringify(GOOGLE_KEYS),
  };
  const env = { ...process.env, ...settings };
  const args = ["--import", KEYS, file];
  processes.start({ name: "receiver", command: process.execPath, args, env });
  await waitForPort(port, AbortSignal.timeout(60_000));
  const output = () => readFileSync(join(processes.directory, "receiver.log"), "utf8");
  return {
    url: `http://127.0.0.1:${port}`,
    /** The numbers of the events of a tenant that it has worked on, by its subdomain. */
    workedOn: (subdomain: string) =>
      output()
        .split("\n")
        .filter((line) => line.endsWith(` ${subdomain}`))
        .map((line) => Number(line.split(" ")[0])),
    async stop() {
      await processes.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

test.before(async () => {
  receiver = await startReceiver();
});
test.after(() => receiver.stop());

/** The n-th event of a tenant, by whose subdomain it is found again. */
function eventOf(tenantId: string, sequence: number): StatusEvent {
  const event = someEvent(tenantId, sequence);
  return { ...event, data: { ...event.data, subdomain: tenantId.slice(0, 8) } };
}

const goodToken = () => signIdToken(pushClaims(AUDIENCE, SENDER));

/** Pushes an event as Pub/Sub does, and gives the status of the answer. */
async function push(event: StatusEvent, token: string | null = goodToken()): Promise<number> {
  const { data, attributes, orderingKey } = toMessage(toCloudEvent(event, "my-project"));
  const message = {
    data: Buffer.from(data).toString("base64"),
    attributes,
    orderingKey,
    messageId: "1",
    message_id: "1",
    publishTime: "2026-11-29T12:00:00.000Z",
    publish_time: "2026-11-29T12:00:00.000Z",
  };
  return post(
    JSON.stringify({
      message,
      subscription: "projects/my-project/subscriptions/tenant-status-crm",
      deliveryAttempt: 1,
    }),
    token,
  );
}

async function post(body: string, token: string | null): Promise<number> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { "content-type": "application/json", ...authorization };
  const response = await fetch(receiver.url, { method: "POST", headers, body });
  await response.body?.cancel();
  return response.status;
}

test("takes what Pub/Sub pushes, and works on it", async () => {
  const id = randomUUID();
  assert.is(await push(eventOf(id, 1)), 204);
  assert.equal(receiver.workedOn(id.slice(0, 8)), [1]);
});

const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const claims = pushClaims(AUDIENCE, SENDER);
const strangers: [what: string, token: string | null][] = [
  ["no token", null],
  ["what is no token", "abc"],
  ["a token for another audience", signIdToken({ ...claims, aud: "https://billing.example.com" })],
  ["a token that somebody else has signed", signIdToken(claims, stranger)],
  ["another account's token", signIdToken(pushClaims(AUDIENCE, "somebody@example.com"))],
  ["an e-mail for which Google does not vouch", signIdToken({ ...claims, email_verified: false })],
  ["another issuer's token", signIdToken({ ...claims, iss: "https://evil.example.com" })],
  ["a token that has expired", signIdToken({ ...claims, iat: 1_700_000_000, exp: 1_700_003_600 })],
];
for (const [what, token] of strangers) {
  test(`refuses ${what}, and does not work on what came with it`, async () => {
    const id = randomUUID();
    assert.is(await push(eventOf(id, 1), token), 401);
    assert.equal(receiver.workedOn(id.slice(0, 8)), []);
  });
}

test("refuses what is no event, and goes on", async () => {
  for (const body of ["", "{}", '{"message":{}}', '{"message":{"data":"!"}}']) {
    assert.is(await post(body, goodToken()), 500);
  }
  const id = randomUUID();
  assert.is(await push(eventOf(id, 1)), 204);
});

test("drops repetitions, also late ones, and takes them so that they come no more", async () => {
  const id = randomUUID();
  for (const sequence of [1, 2, 2, 3, 1, 9, 10, 2, 10, 11]) {
    assert.is(await push(eventOf(id, sequence)), 204);
  }
  assert.equal(receiver.workedOn(id.slice(0, 8)), [1, 2, 3, 9, 10, 11]);
});

test("keeps the order of what the emulator of Pub/Sub pushes, of each tenant, with a push refused in between", async () => {
  const pubsub = await startPubsub();
  const bus = openBus({ projectId: PROJECT_ID, emulatorHost: pubsub.host });
  let refusals = 2;
  const gate = createServer((request, response) => {
    // The emulator sends no token, so it is added on the way.
    if (refusals > 0) {
      refusals -= 1;
      request.resume();
      response.writeHead(503).end();
    } else void passOn(request, response);
  });
  try {
    await new Promise<void>((resolve) => gate.listen(0, "127.0.0.1", resolve));
    const pushEndpoint = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/tenant-status`;
    await pubsub.client
      .topic(TENANT_STATUS)
      .createSubscription("crm", { pushEndpoint, enableMessageOrdering: true });
    const ids = [randomUUID(), randomUUID()];
    for (const sequence of [1, 2, 2, 3, 4, 5]) {
      for (const id of ids) await bus.publishEvent(eventOf(id, sequence));
    }
    for (const id of ids) {
      const worked = () => receiver.workedOn(id.slice(0, 8));
      await eventually("the last has come", async () => (worked().includes(5) ? true : null));
      assert.equal(worked(), [1, 2, 3, 4, 5]);
    }
    assert.is(refusals, 0);
  } finally {
    gate.close();
    gate.closeAllConnections();
    await bus.close();
    await pubsub.stop();
  }
});

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const status = await post(JSON.stringify(await json(request)), goodToken());
  response.writeHead(status).end();
}

test.run();
