/**
 * What the project relies on of Cloud Storage's API, held by fake-gcs-server, where it is at hand, and by the server of
 * `npm start` without it.
 */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { bucketServerSpec, findBucketServer } from "../../scripts/local/bucket-server.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { manifestName } from "../../shared/backups/backup-record.ts";
import { openBucket } from "../../shared/backups/bucket.ts";
import { bundleName } from "../../shared/backups/export-bundle.ts";
import { missingBucketServer, startBucketServer } from "../testkit/own-bucket.ts";
import type { BucketServer } from "../testkit/own-bucket.ts";
import { skip } from "../testkit/parts.ts";
import { createServerProcesses } from "../testkit/server-processes.ts";

/** What is said of an object that is made. */
interface About {
  contentType?: string;
  customTime?: string;
  md5Hash?: string;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const BOUNDARY = "part";

const md5 = (content: string | Buffer) => createHash("md5").update(content).digest("base64");

async function call(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Answer["body"]) };
}

/** The calls, as `shared/operations/scripts/bucket.py` and `shared/backups/bucket.ts` make them. */
function callsOf({ endpoint, name: bucket }: Pick<BucketServer, "endpoint" | "name">) {
  const objects = `${endpoint}/storage/v1/b/${bucket}/o`;
  const at = (name: string) => `${objects}/${encodeURIComponent(name)}`;
  return {
    objects,
    at,
    create(name: string, content: string | Buffer, about: About = {}): Promise<Answer> {
      const { contentType = "application/octet-stream" } = about;
      const said = JSON.stringify({ name, contentType, md5Hash: md5(content), ...about });
      const body = Buffer.concat([
        Buffer.from(`--${BOUNDARY}\r\nContent-Type: application/json\r\n\r\n${said}`),
        Buffer.from(`\r\n--${BOUNDARY}\r\nContent-Type: ${contentType}\r\n\r\n`),
        Buffer.from(content),
        Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
      ]);
      const query = `uploadType=multipart&ifGenerationMatch=0&name=${encodeURIComponent(name)}`;
      return call(`${endpoint}/upload/storage/v1/b/${bucket}/o?${query}`, {
        method: "POST",
        headers: { "Content-Type": `multipart/related; boundary=${BOUNDARY}` },
        body,
      });
    },
    compose(name: string, sources: string[], contentType = "application/x-tar"): Promise<Answer> {
      const sourceObjects = sources.map((source) => ({ name: source }));
      return call(`${at(name)}/compose?ifGenerationMatch=0`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ sourceObjects, destination: { contentType } }),
      });
    },
    find: (name: string) => call(at(name)),
    remove: (name: string) => call(at(name), { method: "DELETE" }),
    media: (name: string) => fetch(`${at(name)}?alt=media`),
    async names(query = ""): Promise<string[]> {
      const { status, body } = await call(`${objects}${query}`);
      assert.is(status, 200);
      return ((body["items"] ?? []) as { name: string }[]).map(({ name }) => name);
    },
  };
}

type Calls = ReturnType<typeof callsOf>;

async function contentOf({ media }: Calls, name: string): Promise<string> {
  const answer = await media(name);
  assert.is(answer.status, 200, name);
  return answer.text();
}

/** In the form of every error of Google's APIs: people are told its message. */
function isRefused({ status, body }: Answer, expected: number): void {
  assert.is(status, expected, JSON.stringify(body));
  const { code, message } = body["error"] as { code: number; message: string };
  assert.is(code, expected);
  assert.ok(message.length > 0);
}

interface Ground {
  bucket: BucketServer;
  calls: Calls;
}

function holdToContract(test: Test, it: Ground): void {
  test("an object is made once, and whoever comes second is refused, with the same content, too", async () => {
    const first = await it.calls.create("tenants/a/manifest.json", "first");
    assert.is(first.status, 200);
    assert.equal([first.body["size"], first.body["md5Hash"]], ["5", md5("first")]);
    for (const content of ["second", "first"]) {
      isRefused(await it.calls.create("tenants/a/manifest.json", content), 412);
    }
    assert.is(await contentOf(it.calls, "tenants/a/manifest.json"), "first");
    assert.is((await it.calls.find("tenants/a/manifest.json")).body["md5Hash"], md5("first"));
  });

  test("of two that make it at the same time, one does", async () => {
    const made = await Promise.all(
      ["one", "two", "three", "four"].map(async (content) => {
        const { status } = await it.calls.create("raced", content);
        return { status, content };
      }),
    );
    const [winner, ...others] = made.toSorted((one, other) => one.status - other.status);
    assert.is(winner?.status, 200);
    assert.equal(
      others.map(({ status }) => status),
      [412, 412, 412],
    );
    assert.is(await contentOf(it.calls, "raced"), winner?.content);
  });

  test("content with another sum than is said is refused, and nothing is there", async () => {
    isRefused(await it.calls.create("damaged", "content", { md5Hash: md5("other") }), 400);
    isRefused(await it.calls.find("damaged"), 404);
    assert.equal(await it.calls.names(), []);
  });

  test("its type and its time to go are kept", async () => {
    const about = { contentType: "application/json", customTime: "2027-01-31T12:00:00.000Z" };
    await it.calls.create("kept", "{}", about);
    const [listed] = await it.bucket.list("kept");
    for (const said of [(await it.calls.find("kept")).body, listed as unknown as About]) {
      const { contentType, customTime } = said as About;
      assert.is(contentType, about.contentType);
      assert.equal(new Date(customTime ?? ""), new Date(about.customTime));
    }
    assert.is((await it.calls.media("kept")).headers.get("content-type"), about.contentType);
  });

  test("its bytes are what they were, by either way to them", async () => {
    const content = Buffer.concat([randomBytes(2 ** 20), Buffer.from("\r\n\r\n--\r\n\0")]);
    assert.is((await it.calls.create("bytes", content)).status, 200);
    const download = it.calls.at("bytes").replace("/storage/v1", "/download/storage/v1");
    for (const url of [it.calls.at("bytes"), download]) {
      const answer = await fetch(`${url}?alt=media`);
      assert.is(answer.headers.get("content-length"), String(content.length));
      assert.ok(content.equals(Buffer.from(await answer.arrayBuffer())));
    }
    await it.calls.create("nothing", "");
    assert.is(await contentOf(it.calls, "nothing"), "");
  });

  test("what is missing is 404, whatever is asked of it", async () => {
    isRefused(await it.calls.find("missing"), 404);
    isRefused(await it.calls.remove("missing"), 404);
    const download = it.calls.at("missing").replace("/storage/v1", "/download/storage/v1");
    for (const url of [it.calls.at("missing"), download]) {
      assert.is((await fetch(`${url}?alt=media`)).status, 404);
    }
    assert.equal(await it.calls.names("?prefix=missing"), []);
  });

  test("up to 32 make another one in their order, with the size that is said, and stay", async () => {
    const parts = Array.from(
      { length: 32 },
      (_, index) => `parts/${String(index).padStart(2, "0")}`,
    );
    await Promise.all(parts.map((name) => it.calls.create(name, `${name} `)));
    const { status, body } = await it.calls.compose("whole", parts);
    const expected = parts.map((name) => `${name} `).join("");
    assert.equal([status, body["size"]], [200, String(expected.length)]);
    assert.is(await contentOf(it.calls, "whole"), expected);
    const { contentType, size } = (await it.calls.find("whole")).body;
    assert.equal([contentType, size], ["application/x-tar", String(expected.length)]);
    assert.equal(await it.calls.names("?prefix=parts/"), parts);
    isRefused(await it.calls.compose("more", [...parts, "whole"]), 400);
    isRefused(await it.calls.find("more"), 404);
  });

  test("those are listed whose names begin so, in order, and no longer when they are gone", async () => {
    for (const name of ["b/2", "b/1", "a", "b.", "bc"]) await it.calls.create(name, name);
    assert.equal(await it.calls.names(), ["a", "b.", "b/1", "b/2", "bc"]);
    const query = "?prefix=b%2F&fields=items(name),nextPageToken";
    assert.equal(await it.calls.names(query), ["b/1", "b/2"]);
    assert.ok([200, 204].includes((await it.calls.remove("b/1")).status));
    assert.equal(await it.calls.names(query), ["b/2"]);
    isRefused(await it.calls.remove("b/1"), 404);
    assert.is((await it.calls.create("b/1", "anew")).status, 200);
  });

  test("a name may hold what has to be quoted", async () => {
    const name = "tenants/ä b+c%2F?#&='\"/x";
    assert.is((await it.calls.create(name, "quoted")).body["name"], name);
    assert.is((await it.calls.find(name)).body["name"], name);
    assert.is(await contentOf(it.calls, name), "quoted");
    assert.equal(await it.calls.names(`?prefix=${encodeURIComponent(name)}`), [name]);
    assert.is((await it.calls.compose("of it", [name])).body["size"], "6");
    await it.calls.remove(name);
    assert.equal(await it.calls.names(), ["of it"]);
  });

  test("the control plane reads a backup, hands out its export, and removes both and nothing else", async () => {
    const bucket = openBucket({ bucket: it.bucket.name, endpoint: it.bucket.endpoint });
    const json = { contentType: "application/json" };
    assert.is(await bucket.readManifest("t", "b"), null);
    await it.calls.create(manifestName("t", "b"), '{"format":2}', json);
    await it.calls.create("tenants/t/b/1.1.p/files.tar.00000", "part");
    await it.calls.create(bundleName("t", "b", "3.1"), '{"files":[]}', json);
    await it.calls.create(manifestName("t", "bc"), "{}", json);
    assert.equal(await bucket.readManifest("t", "b"), { format: 2 });
    assert.equal(await bucket.readBundle("t", "b", "3.1"), { files: [] });
    const url = await bucket.linkTo(bundleName("t", "b", "3.1"), new Date(), 60);
    assert.is(await (await fetch(url)).text(), '{"files":[]}');
    await bucket.removeBackup("t", "b");
    assert.equal(await it.calls.names(), [manifestName("t", "bc")]);
    // What is gone already is as good.
    await bucket.removeBackup("t", "b");
  });
}

/** What Cloud Storage does and fake-gcs-server does not, and what is only ours. */
function holdToMore(test: Test, it: Ground): void {
  test("one that is composed is made once, too, and never of what is missing", async () => {
    await it.calls.create("source", "source");
    assert.is((await it.calls.compose("whole", ["source"])).status, 200);
    isRefused(await it.calls.compose("whole", ["source", "source"]), 412);
    assert.is(await contentOf(it.calls, "whole"), "source");
    isRefused(await it.calls.compose("half", ["source", "missing"]), 404);
    isRefused(await it.calls.compose("of nothing", []), 400);
    assert.equal(await it.calls.names(), ["source", "whole"]);
  });

  test("no name leads out of the directory, or into another object", async () => {
    const names = ["../../out", "/etc", ".hidden", "a", "a/b", "a/content", "a//", "%2E."];
    for (const name of names) assert.is((await it.calls.create(name, name)).status, 200, name);
    for (const name of names) assert.is(await contentOf(it.calls, name), name);
    assert.equal(await it.calls.names(), names.toSorted());
    assert.equal(readdirSync(it.bucket.directory), [it.bucket.name]);
    assert.not(existsSync(join(it.bucket.directory, "../out")));
    for (const name of names) assert.is((await it.calls.remove(name)).status, 204, name);
    assert.equal(readdirSync(join(it.bucket.directory, it.bucket.name)), []);
    for (const name of ["", ".", "..", "x".repeat(1000)]) {
      isRefused(await it.calls.create(name, name), 400);
    }
  });

  test("what the project never asks is 501, and the sentence names it", async () => {
    const { objects, at } = it.calls;
    const upload = objects.replace("/storage/v1", "/upload/storage/v1");
    const never: [method: string, url: string][] = [
      ["PATCH", at("x")],
      ["GET", `${at("x")}?generation=1`],
      ["GET", `${objects}?delimiter=/`],
      ["DELETE", `${at("x")}?ifGenerationMatch=1`],
      ["POST", `${upload}?uploadType=media&name=x`],
      ["POST", `${upload}?uploadType=resumable&ifGenerationMatch=0&name=x`],
      ["POST", `${upload}?uploadType=multipart&name=x`],
      ["POST", `${at("x")}/compose`],
      ["GET", objects.replace("/o", "")],
    ];
    for (const [method, url] of never) {
      const answer = await call(url, { method });
      isRefused(answer, 501);
      const { message } = answer.body["error"] as { message: string };
      assert.match(message, `${method} ${url.replace(it.bucket.endpoint, "")}`);
    }
    isRefused(await call(objects.replace(it.bucket.name, "other")), 404);
    isRefused(
      await call(`${upload}?uploadType=multipart&ifGenerationMatch=0`, { method: "POST" }),
      400,
    );
    assert.equal(await it.calls.names(), []);
  });

  test("killed while it writes, it has left what is whole, and nothing else", async () => {
    const processes = createServerProcesses();
    const kept = { directory: processes.directory, bucket: "killed" };
    const start = async () => {
      const [port = 0] = await freePorts(1);
      const spec = bucketServerSpec(null, { ...kept, port });
      processes.start(spec);
      await waitForPort(port, AbortSignal.timeout(60_000));
      const endpoint = `http://127.0.0.1:${port}`;
      return {
        pid: processes.pid(spec.name) ?? 0,
        calls: callsOf({ endpoint, name: kept.bucket }),
      };
    };
    try {
      const first = await start();
      assert.is((await first.calls.create("whole", "before")).status, 200);
      const content = randomBytes(64 * 2 ** 20);
      const changes = watch(join(kept.directory, kept.bucket));
      const begins = once(changes, "change");
      const cut = first.calls.create("cut", content).catch(() => null);
      await begins;
      process.kill(first.pid, "SIGKILL");
      changes.close();
      await cut;
      const { calls } = await start();
      if ((await calls.names()).includes("cut")) {
        const found = await (await calls.media("cut")).arrayBuffer();
        assert.ok(content.equals(Buffer.from(found)));
      } else {
        isRefused(await calls.find("cut"), 404);
        assert.is((await calls.create("cut", "once more")).status, 200);
      }
      assert.equal(await calls.names(), ["cut", "whole"]);
      assert.is(await contentOf(calls, "whole"), "before");
    } finally {
      await processes.stop("directory-bucket");
    }
  });
}

const servers = [
  ["fake-gcs-server", findBucketServer(process.env), missingBucketServer()],
  ["a directory", null, null],
] as const;
for (const [name, command, missing] of servers) {
  const test = suite(`the bucket on ${name}`);
  if (missing === null) {
    const it = {} as Ground;
    test.before(async () => {
      it.bucket = await startBucketServer(command);
      it.calls = callsOf(it.bucket);
    });
    test.after(() => it.bucket?.stop());
    test.before.each(() => it.bucket.empty());
    holdToContract(test, it);
    if (command === null) holdToMore(test, it);
  } else {
    skip(test, "the contract of buckets", "bucket-server", missing);
  }
  test.run();
}
