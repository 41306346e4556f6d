/**
 * Creates tenants, one at a time, and takes the times of what becomes of each.
 *
 * @module
 */
import type { Firestore } from "@google-cloud/firestore";
import { TIMEOUT_MILLISECONDS } from "../../tests/testkit/timeouts.ts";
import { watchJobs } from "../../tests/testkit/site-jobs.ts";
import type { Jobs } from "../local/fake-cluster/job-controller.ts";

/** Milliseconds. */
export interface Life {
  /** From the POST to the Job. */
  toJob: number;
  /** From the Job's end to `active`. */
  toActive: number;
}

/** Where tenants are created, and where they can be watched. */
export interface Place {
  apiUrl: string;
  apiKey: string;
  firestore: Firestore;
  /** Of the tenants' documents. */
  collection: string;
  jobs: Jobs;
}

export type Lives = ReturnType<typeof openLives>;

/** Long enough that whoever watches the tenant is ready when its Job ends. */
const COMMAND = ["sleep", "0.05"];

export function openLives() {
  let place: Place | null = null;
  let created = Promise.withResolvers<number>();
  let ended = Promise.withResolvers<number>();
  let count = 0;

  /** Lives one life to its end. */
  async function live(): Promise<Life> {
    if (place === null) throw new Error("there is nowhere to live");
    created = Promise.withResolvers();
    ended = Promise.withResolvers();
    count += 1;
    const startedAt = performance.now();
    const id = await createTenant(place, `latency-${count}`);
    const activeAt = await becomeActive(place, id);
    return {
      toJob: (await created.promise) - startedAt,
      toActive: activeAt - (await ended.promise),
    };
  }

  return {
    live,
    /** From now on, tenants are created there. */
    settle(where: Place): void {
      place = where;
      watchJobs(where.jobs, COMMAND, () => created.resolve(performance.now()));
    },
    /** To be called when a Job has ended. */
    noteEnd: (): void => ended.resolve(performance.now()),
  };
}

/** Asks for a tenant, and gives its id. */
export async function createTenant(
  { apiUrl, apiKey }: Pick<Place, "apiUrl" | "apiKey">,
  subdomain: string,
): Promise<string> {
  const response = await fetch(`${apiUrl}/tenants`, {
    method: "POST",
    headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
    body: JSON.stringify({ organization: "Acme", subdomain, email: "office@acme.example" }),
  });
  if (response.status !== 201) throw new Error(`POST was answered ${response.status}`);
  return String(((await response.json()) as { id: unknown }).id);
}

/** When the tenant became active. Settles when there is nothing left to do for it, so that lives do not overlap. */
export function becomeActive(
  { firestore, collection }: Pick<Place, "firestore" | "collection">,
  id: string,
): Promise<number> {
  let activeAt: number | null = null;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new Error(`tenant ${id} did not become active`));
    const timer = setTimeout(giveUp, TIMEOUT_MILLISECONDS);
    const stop = firestore.doc(`${collection}/${id}`).onSnapshot((tenant) => {
      if (tenant.get("status.phase") === "active") activeAt ??= performance.now();
      if (activeAt === null || tenant.get("status.next_reconcile_at") !== null) return;
      clearTimeout(timer);
      stop();
      resolve(activeAt);
    }, reject);
  });
}
