/**
 * A bucket of a test's own: a server of Cloud Storage's API, and what is in it.
 *
 * @module
 */
import { join } from "node:path";
import { bucketServerSpec, findBucketServer } from "../../scripts/local/bucket-server.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { createServerProcesses } from "./server-processes.ts";

/** Null when this machine has a server of Cloud Storage's API, or else what is missing. */
export function missingBucketServer(): string | null {
  return findBucketServer(process.env) === null ? "there is no fake-gcs-server" : null;
}

/** An object as its server shows it. */
export interface StoredObject {
  name: string;
  size: string;
  customTime: string;
}

export type BucketServer = Awaited<ReturnType<typeof startBucketServer>>;

/** Starts fake-gcs-server, or that of `npm start` without it where `command` is null. */
export async function startBucketServer(command = findBucketServer(process.env)) {
  const processes = createServerProcesses();
  const [port = 0] = await freePorts(1);
  const name = "backups";
  const directory = join(processes.directory, "buckets");
  const spec = bucketServerSpec(command, { directory, bucket: name, port });
  processes.start(spec);
  await waitForPort(port, AbortSignal.timeout(60_000));
  const endpoint = `http://127.0.0.1:${port}`;
  const objects = `${endpoint}/storage/v1/b/${name}/o`;

  async function list(prefix = ""): Promise<StoredObject[]> {
    const answer = await fetch(`${objects}?prefix=${encodeURIComponent(prefix)}`);
    const { items = [] } = (await answer.json()) as { items?: StoredObject[] };
    return items;
  }

  async function read(object: string): Promise<Buffer> {
    const answer = await fetch(`${objects}/${encodeURIComponent(object)}?alt=media`);
    if (answer.status !== 200) throw new Error(`${object}: ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  }

  async function write(
    object: string,
    content: Uint8Array<ArrayBuffer>,
    type = "application/octet-stream",
  ): Promise<void> {
    const path = `${endpoint}/upload/storage/v1/b/${name}/o?uploadType=media&name=${encodeURIComponent(object)}`;
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": type },
      body: content,
    });
    if (answer.status !== 200) throw new Error(`${object}: ${answer.status}`);
  }

  async function remove(object: string): Promise<void> {
    await fetch(`${objects}/${encodeURIComponent(object)}`, { method: "DELETE" });
  }

  return {
    name,
    endpoint,
    directory,
    pid: () => processes.pid(spec.name),
    list,
    read,
    write,
    remove,
    /** Leaves nothing in it. */
    async empty(): Promise<void> {
      for (const object of await list()) await remove(object.name);
    },
    stop: () => processes.stop(spec.name),
  };
}
