import { zipSync } from "fflate";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { freePorts } from "../loopback-ports.ts";
import { LocalProblem } from "../start-error.ts";
import { cacheDirectory, fetchedJar } from "./emulator-jars.ts";
import { fetchEmulators } from "./fetch-emulators.ts";

const test = suite("fetching the emulators");

const root = temporaryDirectory();
test.after(() => rmSync(root, { recursive: true, force: true }));

const JAR = randomBytes(300_000);
const PUBSUB_JAR = randomBytes(50_000);
const ZIP = Buffer.from(
  zipSync({
    "pubsub-emulator/bin/cloud-pubsub-emulator": new Uint8Array(3),
    "pubsub-emulator/lib/cloud-pubsub-emulator-9-all.jar": PUBSUB_JAR,
  }),
);

interface Asked {
  path: string;
  range: string | undefined;
}

type Handler = (response: ServerResponse, whole: Buffer, request: IncomingMessage) => void;

let closeServer = () => {};

/** Called with what the user is shown. */
let onShown = (_text: string) => {};

test.after.each(() => {
  closeServer();
  onShown = () => {};
});

/** A server with both files. The handlers answer the first requests; what comes after is served well. */
async function serve(...handlers: Handler[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push({ path, range: request.headers.range });
    const handler = handlers.shift() ?? serveWell;
    handler(response, path.endsWith(".zip") ? ZIP : JAR, request);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  closeServer = () => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo;
  return { asked, mirror: `http://127.0.0.1:${port}/files/` };
}

/** As Google's storage does: whole, or the rest that was asked for. */
const serveWell: Handler = (response, whole, { headers }) => {
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  const range = { "Content-Range": `bytes ${from}-${whole.length - 1}/${whole.length}` };
  response.writeHead(from > 0 ? 206 : 200, {
    "Content-Length": whole.length - from,
    ...(from > 0 && range),
  });
  response.end(whole.subarray(from));
};

const serveWithoutRange: Handler = (response, whole) => response.end(whole);

/** Sends the first bytes of the answer, and when they are on the disk the connection is lost. */
const breakingOffAfter =
  (bytes: number): Handler =>
  (response, whole) => {
    const percent = ` ${Math.floor((bytes / whole.length) * 100)} %`;
    onShown = (text) => {
      if (text.includes(percent)) response.socket?.destroy();
    };
    response.writeHead(200, { "Content-Length": whole.length });
    response.write(whole.subarray(0, bytes));
  };

/** Answers nobody until so many have asked. */
function together(count: number): Handler {
  const waiting: (() => void)[] = [];
  return (...args) => {
    waiting.push(() => serveWell(...args));
    if (waiting.length === count) for (const answer of waiting) answer();
  };
}

const answering =
  (status: number, body: Buffer | string = ""): Handler =>
  (response) =>
    response.writeHead(status).end(body);

/** Cuts the connection before there is an answer. */
const hangUp: Handler = (response) => response.socket?.destroy();

const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");

const DOWNLOADS = {
  firestore: {
    version: "1.19.8",
    url: "http://never.invalid/firestore.jar",
    bytes: JAR.length,
    sha256: sha256(JAR),
  },
  pubsub: {
    version: "0.8.17",
    url: "http://never.invalid/pubsub.zip",
    bytes: ZIP.length,
    sha256: sha256(ZIP),
    zipEntry: /^pubsub-emulator\/lib\/cloud-pubsub-emulator-[^/]+\.jar$/,
  },
};

let homes = 0;

/** A user without anything in the cache. */
function user(mirror: string | null) {
  const env = { HOME: join(root, String(homes++)) };
  const written: string[] = [];
  const output = {
    isTTY: true,
    write(text: string) {
      written.push(text);
      onShown(text);
    },
  };
  const options = { env, output, mirror, downloads: DOWNLOADS };
  const directory = cacheDirectory(env);
  return {
    env,
    directory,
    written,
    options,
    files: () => (existsSync(directory) ? readdirSync(directory) : []),
    fetch: () => fetchEmulators(["firestore"], options),
    jar: () => readFileSync(fetchedJar("firestore", env)),
  };
}

/** What the user is told: one line that also says what to do. */
async function problemOf(fetching: Promise<unknown>): Promise<string> {
  try {
    await fetching;
    return "nothing went wrong";
  } catch (error) {
    assert.instance(error, LocalProblem);
    const { message } = error as Error;
    assert.not.match(message, "\n");
    return message;
  }
}

test("both are fetched, whole, with progress, and nothing else is left in the cache", async () => {
  const { mirror, asked } = await serve();
  const it = user(mirror);
  await fetchEmulators(["firestore", "pubsub"], it.options);
  assert.ok(it.jar().equals(JAR));
  assert.ok(readFileSync(fetchedJar("pubsub", it.env)).equals(PUBSUB_JAR));
  assert.equal(it.files(), ["firestore-emulator-1.19.8.jar", "pubsub-emulator-0.8.17.jar"]);
  assert.equal(asked, [
    { path: "/files/firestore.jar", range: undefined },
    { path: "/files/pubsub.zip", range: undefined },
  ]);
  assert.match(it.written[0] ?? "", /^\rFirestore emulator: +\d+ % of 0 MB$/);
  assert.match(it.written.at(-1) ?? "", /^\rPub\/Sub emulator: 100 % of 0 MB\n$/);
});

test("what breaks off goes on at once from where it was", async () => {
  const { mirror, asked } = await serve(breakingOffAfter(100_000));
  const it = user(mirror);
  await it.fetch();
  assert.ok(it.jar().equals(JAR));
  assert.equal(
    asked.map(({ range }) => range),
    [undefined, "bytes=100000-"],
  );
});

test("what broke off for good is gone on with by the next start", async () => {
  const { mirror, asked } = await serve(breakingOffAfter(100_000), hangUp);
  const it = user(mirror);
  const said = await problemOf(it.fetch());
  assert.match(said, /^The Firestore emulator cannot be fetched: .*cannot be reached/);
  assert.equal(it.files(), ["firestore-emulator-1.19.8.jar.part"]);
  await it.fetch();
  assert.ok(it.jar().equals(JAR));
  assert.equal(
    asked.map(({ range }) => range),
    [undefined, "bytes=100000-", "bytes=100000-"],
  );
  assert.equal(it.files(), ["firestore-emulator-1.19.8.jar"]);
});

test("so is what a killed start has left, but not what one at work writes", async () => {
  const { mirror, asked } = await serve();
  const it = user(mirror);
  mkdirSync(it.directory, { recursive: true });
  const path = fetchedJar("firestore", it.env);
  // No process has an id as large as that; 1 is always there.
  writeFileSync(`${path}.99999999-0a0b0c0d.part`, JAR.subarray(0, 200_000));
  const ofAnother = `${path}.1-0a0b0c0d.part`;
  writeFileSync(ofAnother, JAR.subarray(0, 250_000));
  await it.fetch();
  assert.ok(it.jar().equals(JAR));
  assert.equal(
    asked.map(({ range }) => range),
    ["bytes=200000-"],
  );
  assert.is(readFileSync(ofAnother).length, 250_000);
  assert.is(it.files().length, 2);
});

test("a server that knows no ranges gives it from the start", async () => {
  const { mirror, asked } = await serve(breakingOffAfter(100_000), serveWithoutRange);
  const it = user(mirror);
  await it.fetch();
  assert.ok(it.jar().equals(JAR));
  assert.equal(
    asked.map(({ range }) => range),
    [undefined, "bytes=100000-"],
  );
});

for (const status of [206, 416]) {
  test(`where the rest is answered by a ${status} that does not fit, it is begun anew`, async () => {
    const { mirror, asked } = await serve(breakingOffAfter(100_000), answering(status, "no"));
    const it = user(mirror);
    await it.fetch();
    assert.ok(it.jar().equals(JAR));
    assert.equal(
      asked.map(({ range }) => range),
      [undefined, "bytes=100000-", undefined],
    );
  });
}

test("what is not the file is refused and removed", async () => {
  const wrong = Buffer.from(JAR);
  wrong[7] = (wrong[7] ?? 0) ^ 1;
  const { mirror, asked } = await serve(answering(200, wrong));
  const it = user(mirror);
  const said = await problemOf(it.fetch());
  assert.match(said, /firestore\.jar gave is not the expected file \(its SHA-256 is another\)/);
  assert.match(said, /Try again, .*or install it with: gcloud components install cloud-firestore/);
  assert.equal(it.files(), []);
  await it.fetch();
  assert.is(asked.at(-1)?.range, undefined);
});

test("a part of another file is found out, and the next start has the right one", async () => {
  const { mirror } = await serve();
  const it = user(mirror);
  mkdirSync(it.directory, { recursive: true });
  writeFileSync(`${fetchedJar("firestore", it.env)}.part`, randomBytes(1000));
  assert.match(await problemOf(it.fetch()), /its SHA-256 is another/);
  assert.equal(it.files(), []);
  await it.fetch();
  assert.ok(it.jar().equals(JAR));
});

test("what is larger than the file is refused while it comes", async () => {
  const { mirror } = await serve(answering(200, Buffer.concat([JAR, JAR])));
  const it = user(mirror);
  assert.match(await problemOf(it.fetch()), /is not the expected file \(it is larger\)/);
  assert.equal(it.files(), []);
});

for (const status of [404, 403, 503]) {
  test(`HTTP ${status} is said, with what to do`, async () => {
    const { mirror } = await serve(answering(status, "<html>"));
    const it = user(mirror);
    const said = await problemOf(it.fetch());
    assert.match(said, `firestore.jar answers HTTP ${status}. Try again, name another source`);
    assert.not(existsSync(fetchedJar("firestore", it.env)));
  });
}

test("no network is said, with what to do", async () => {
  const [closed] = await freePorts(1);
  const it = user(`http://127.0.0.1:${closed}`);
  const said = await problemOf(it.fetch());
  assert.match(said, /firestore\.jar cannot be reached \(ECONNREFUSED\)\. Try again, /);
});

test("a server that falls silent has broken off", async () => {
  const { mirror } = await serve(
    (response, whole) => {
      response.writeHead(200, { "Content-Length": whole.length });
      response.write(whole.subarray(0, 1000));
    },
    () => {},
  );
  const it = user(mirror);
  const said = await problemOf(
    fetchEmulators(["firestore"], { ...it.options, stallMilliseconds: 300 }),
  );
  assert.match(said, /broke off after 0 MB of 0 MB \(nothing came any more\); the next start/);
});

test("who interrupts it keeps what is there", async () => {
  const interruption = new AbortController();
  const { mirror } = await serve((response, whole) => {
    response.writeHead(200, { "Content-Length": whole.length });
    response.write(whole.subarray(0, 1000));
  });
  const it = user(mirror);
  const output = { isTTY: true, write: () => interruption.abort(new Error("Ctrl-C")) };
  const fetching = fetchEmulators(["firestore"], {
    ...it.options,
    output,
    signal: interruption.signal,
  });
  assert.is(
    await fetching.then(
      () => "fetched",
      (error: Error) => error.message,
    ),
    "Ctrl-C",
  );
  assert.equal(it.files(), ["firestore-emulator-1.19.8.jar.part"]);
});

test("starts at the same time do each other no harm", async () => {
  const at = together(3);
  const { mirror } = await serve(at, at, at);
  const it = user(mirror);
  const both: ("firestore" | "pubsub")[] = ["firestore", "pubsub"];
  await Promise.all([1, 2, 3].map(() => fetchEmulators(both, it.options)));
  assert.ok(it.jar().equals(JAR));
  assert.ok(readFileSync(fetchedJar("pubsub", it.env)).equals(PUBSUB_JAR));
  assert.equal(it.files(), ["firestore-emulator-1.19.8.jar", "pubsub-emulator-0.8.17.jar"]);
});

test("a cache that cannot be written is said", async () => {
  const { mirror } = await serve();
  const it = user(mirror);
  mkdirSync(join(it.env.HOME, ".cache"), { recursive: true });
  writeFileSync(it.directory, "");
  assert.match(
    await problemOf(it.fetch()),
    /firestore-emulator-1\.19\.8\.jar cannot be written \(E/,
  );
});

test.run();
