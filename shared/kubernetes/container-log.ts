/**
 * Reads the log of a container, or the end of it. It only says more: whoever reads it does without where it cannot be
 * had, for the node may be gone, and no outcome waits for a log.
 *
 * @module
 */
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { within } from "../platform/deadline.ts";

/** What is there of a container's log: all of it, or, of a very long one, its beginning and its end. */
export interface ContainerLog {
  /** For its steps. */
  read: string;
  /** For its last lines. */
  end: string;
}

export interface LogSource {
  core: CoreV1Api;
  namespace: string;
  pod: V1Pod;
  container: string;
}

/** A create prints some ten KiB. This keeps what apps print from filling a function's memory. */
const MAX_BYTES = 1024 * 1024;

/**
 * A limit in bytes cuts the end off, which is the part that is wanted. Container runtimes keep longer lines in pieces of
 * 16 KiB, so that this many lines from the end are never cut.
 */
const END_LINES = MAX_BYTES / (16 * 1024);

/** More than any app prints in one step, mostly. */
const TAIL_LINES = 1000;

/** Null where it cannot be had in time. */
export async function readLog(
  source: LogSource,
  milliseconds: number,
): Promise<ContainerLog | null> {
  return orNull(milliseconds, async () => {
    const read = await ask(source);
    if (isWhole(read)) return { read, end: read };
    const end = await ask(source, END_LINES);
    return { read: `${read}\n${end}`, end };
  });
}

/** The last lines of one that is being written; null where they cannot be had in time, or without their end. */
export async function readTail(
  source: LogSource,
  milliseconds: number,
): Promise<ContainerLog | null> {
  return orNull(milliseconds, async () => {
    const tail = await ask(source, TAIL_LINES);
    return isWhole(tail) ? { read: tail, end: tail } : null;
  });
}

async function orNull<T>(milliseconds: number, read: () => Promise<T>): Promise<T | null> {
  try {
    return await within(milliseconds, read());
  } catch {
    return null;
  }
}

function ask({ core, namespace, pod, container }: LogSource, tailLines?: number): Promise<string> {
  const name = pod.metadata?.name ?? "";
  const limits = { limitBytes: MAX_BYTES, ...(tailLines !== undefined && { tailLines }) };
  return core.readNamespacedPodLog({ name, namespace, container, ...limits });
}

function isWhole(log: string): boolean {
  return Buffer.byteLength(log) < MAX_BYTES;
}
