/**
 * A small server of Cloud Storage's JSON API on loopback: exactly the calls that the project makes, on one bucket that is a directory.
 * Whatever else is asked of it is 501. For machines without fake-gcs-server.
 *
 *   node scripts/local/directory-bucket.ts --port PORT --directory DIRECTORY --bucket NAME
 *
 * An object is a directory in DIRECTORY/NAME, called as the object is, quoted, with its content and what is known of it. It is put in
 * its place by one rename, which fails where there is one: so it is made once and whole, or not at all.
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { buffer, json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";

/** What the server says of an object. */
interface About {
  name: string;
  bucket: string;
  size: string;
  contentType: string;
  /** Those that were composed of others have none. */
  md5Hash?: string;
  customTime?: string | undefined;
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  /** The object's name; empty where none is named. */
  name: string;
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    directory: { type: "string", default: "." },
    bucket: { type: "string", default: "bucket" },
  },
});
const { bucket } = values;
const root = join(values.directory, bucket);

const CALLS: Record<string, (asked: Asked) => Promise<void>> = {
  "POST /upload/storage/v1/b/BUCKET/o?ifGenerationMatch=0&uploadType=multipart": insert,
  "POST /storage/v1/b/BUCKET/o/OBJECT/compose?ifGenerationMatch=0": compose,
  "GET /storage/v1/b/BUCKET/o?": list,
  "GET /storage/v1/b/BUCKET/o/OBJECT?": find,
  "GET /storage/v1/b/BUCKET/o/OBJECT?alt=media": read,
  "GET /download/storage/v1/b/BUCKET/o/OBJECT?alt=media": read,
  "DELETE /storage/v1/b/BUCKET/o/OBJECT?": remove,
};

/** What may be anything, and does not tell one call from another. */
const FREE = new Set(["name", "prefix", "fields"]);

const PATH = /^((?:\/upload|\/download)?\/storage\/v1\/b\/)([^/]+)\/o(?:\/([^/]+)(\/compose)?)?$/;

const MOST_SOURCES = 32;

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = "" } = request;
  const [path = "", asked] = url.split("?", 2);
  const query = new URLSearchParams(asked);
  const [, area, of, object, action = ""] = PATH.exec(path) ?? [];
  const fixed = [...query].filter(([key]) => !FREE.has(key)).map((pair) => pair.join("="));
  const place = `${area}BUCKET/o${object === undefined ? "" : "/OBJECT"}${action}`;
  const answer = CALLS[`${method} ${place}?${fixed.toSorted().join("&")}`];
  if (answer === undefined) {
    throw new Refused(501, `${method} ${url} is none of the calls that this server knows.`);
  }
  if (of !== bucket) throw new Refused(404, "The specified bucket does not exist.");
  await answer({ request, response, query, name: decodeURIComponent(object ?? "") });
}

async function insert({ request, response, query }: Asked): Promise<void> {
  const { about, content } = partsOf(await buffer(request), request.headers["content-type"]);
  const md5Hash = createHash("md5").update(content).digest("base64");
  if ((about.md5Hash ?? md5Hash) !== md5Hash) {
    const said = `Provided MD5 hash "${about.md5Hash}" doesn't match calculated MD5 hash "${md5Hash}".`;
    throw new Refused(400, said);
  }
  const { name = "", contentType = "application/octet-stream", customTime } = about;
  const made = { name: query.get("name") ?? name, contentType, md5Hash, customTime };
  send(response, 200, await put(made, (file) => writeFile(file, content)));
}

/** The two parts of a multipart body: what is said of the object, and its content. */
function partsOf(body: Buffer, type = ""): { about: Partial<About>; content: Buffer } {
  const boundary = /^multipart\/related; *boundary="?([^";]+)"?$/.exec(type)?.[1];
  const first = body.indexOf(`--${boundary}\r\n`);
  const aboutAt = body.indexOf("\r\n\r\n", first) + 4;
  const second = body.indexOf(`\r\n--${boundary}\r\n`, aboutAt);
  const contentAt = body.indexOf("\r\n\r\n", second + 2) + 4;
  const end = body.lastIndexOf(`\r\n--${boundary}--`);
  if (first !== 0 || second < aboutAt || contentAt < second || end < contentAt) {
    throw new Refused(400, "The body is not multipart/related with two parts.");
  }
  const about = JSON.parse(body.toString("utf8", aboutAt, second)) as Partial<About>;
  return { about, content: body.subarray(contentAt, end) };
}

async function compose({ request, response, name }: Asked): Promise<void> {
  const { sourceObjects = [], destination } = (await json(request)) as {
    sourceObjects?: { name: string }[];
    destination: { contentType: string };
  };
  if (sourceObjects.length === 0 || sourceObjects.length > MOST_SOURCES) {
    throw new Refused(400, `An object is composed of 1 to ${MOST_SOURCES} others.`);
  }
  const made = await put({ name, contentType: destination.contentType }, async (file) => {
    for (const source of sourceObjects) {
      const content = createReadStream(contentOf(placeOf(source.name)));
      await pipeline(content, createWriteStream(file, { flags: "a" }));
    }
  });
  send(response, 200, made);
}

/** Makes an object that there is not. What is not in its place yet has a name that no object has. */
async function put(
  object: Omit<About, "bucket" | "size">,
  write: (file: string) => Promise<void>,
): Promise<About> {
  const unfinished = join(root, `.${randomUUID()}`);
  await mkdir(unfinished);
  try {
    await write(contentOf(unfinished));
    const { size } = await stat(contentOf(unfinished));
    const about = { ...object, bucket, size: String(size) };
    await writeFile(aboutOf(unfinished), JSON.stringify(about));
    await rename(unfinished, placeOf(object.name));
    return about;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function find({ response, name }: Asked): Promise<void> {
  send(response, 200, await known(name));
}

async function read({ response, name }: Asked): Promise<void> {
  const { contentType, size } = await known(name);
  // Who removes it now does not take it from whoever reads it.
  const content = await open(contentOf(placeOf(name)));
  response.writeHead(200, { "Content-Type": contentType, "Content-Length": size });
  await pipeline(content.createReadStream(), response);
}

async function list({ response, query }: Asked): Promise<void> {
  const names = (await readdir(root))
    .filter((entry) => !entry.startsWith("."))
    .map(decodeURIComponent);
  const wanted = names.filter((name) => name.startsWith(query.get("prefix") ?? "")).toSorted();
  const found: About[] = [];
  for (const name of wanted) {
    const about = await known(name).catch(() => null); // removed meanwhile
    if (about !== null) found.push(about);
  }
  send(response, 200, { kind: "storage#objects", items: found });
}

async function remove({ response, name }: Asked): Promise<void> {
  const removed = join(root, `.${randomUUID()}`);
  await rename(placeOf(name), removed);
  await rm(removed, { recursive: true });
  response.writeHead(204).end();
}

async function known(name: string): Promise<About> {
  return JSON.parse(await readFile(aboutOf(placeOf(name)), "utf8")) as About;
}

/** Below the bucket's directory, whatever the name is. */
function placeOf(name: string): string {
  if (["", ".", ".."].includes(name)) {
    throw new Refused(400, `No object can be called "${name}".`);
  }
  return join(root, encodeURIComponent(name).replace(/^\./, "%2E"));
}

function contentOf(place: string): string {
  return join(place, "content");
}

function aboutOf(place: string): string {
  return join(place, "object.json");
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

/** What the file system's refusals mean. */
const FILE_ERRORS: Record<string, [status: number, message: string]> = {
  ENOENT: [404, "No such object."],
  ENOTEMPTY: [412, "There is an object of that name."],
  EEXIST: [412, "There is an object of that name."],
  ENAMETOOLONG: [400, "The object's name is too long."],
};

function toRefused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  const isAskedWrongly = error instanceof SyntaxError || error instanceof URIError;
  const unknown: [number, string] = [isAskedWrongly ? 400 : 500, String(error)];
  return new Refused(...(FILE_ERRORS[(error as NodeJS.ErrnoException).code ?? ""] ?? unknown));
}

function refuse(response: ServerResponse, { status, message }: Refused): void {
  const errors = [{ domain: "global", message }];
  // Half of an answer is not followed by another.
  if (response.headersSent) response.destroy();
  else send(response, status, { error: { code: status, message, errors } });
}

await mkdir(root, { recursive: true });
const server = createServer((request, response) => {
  respond(request, response).catch((error: unknown) => refuse(response, toRefused(error)));
});
// A backup that has nothing to send for a while finds its connection again.
server.keepAliveTimeout = 0;
server.listen(Number(values.port), "127.0.0.1");
