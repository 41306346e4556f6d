/**
 * Sends malformed requests of every kind, and holds the API to its answers and to what it has stored.
 *
 * @module
 */
import { sample } from "fast-check";
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import type { SeenAnswer } from "../testkit/answer-check.ts";
import { request } from "../testkit/stack-fixture.ts";
import { startApi } from "./fuzzed-api.ts";
import type { FuzzedApi } from "./fuzzed-api.ts";
import { API_KEY } from "./valid-requests.ts";
import { judge } from "./judge.ts";
import { KINDS } from "./request-kinds.ts";
import type { Kind } from "./request-kinds.ts";
import type { Answered, FuzzedRequest } from "./fuzzed-request.ts";
import { findForbidden } from "./stored.ts";
import { exchange } from "./wire.ts";
import type { Ending } from "./wire.ts";

/** How many connections send at the same time. */
const SENDERS = 8;

/** Of a kind that goes wrong, more would tell nothing new. */
const MOST_FAULTS = 3;

export interface Attack {
  /** Of each kind. */
  requests: number;
  seed: number;
}

/** The seed that `FUZZ_SEED` names, to repeat an attack, or another one. */
export function seedOf(env: Record<string, string | undefined>, otherwise: number): number {
  const given = Number(env["FUZZ_SEED"] || otherwise);
  if (Number.isInteger(given)) return given;
  throw new Error("FUZZ_SEED must be a whole number");
}

/** Adds a test for each kind of requests to a suite, and one for all. */
export function addAttack(test: Test, { requests, seed }: Attack): void {
  let api: FuzzedApi;
  const sent = new Map<string, number>();
  test.before(async () => {
    console.log(`\nFUZZ_SEED=${seed} repeats this attack`);
    api = await startApi();
  });
  test.after(async () => {
    await api.stop();
  });
  test.before.each(() => api.reset());

  for (const kind of KINDS) {
    test(`${kind.name}: each is answered, and nothing forbidden is stored`, async () => {
      const { answered, faults } = await send(kind, { requests, seed }, api);
      sent.set(kind.name, answered.length + faults.length);
      assert.ok(faults.length === 0, tell(faults, seed, api));
      const statuses = answered.flat();
      console.log(`${answered.length} × ${kind.name}: ${countsOf(statuses)}`);
      const unseen = kind.statuses.filter((status) => !statuses.includes(status));
      assert.equal(unseen, [], "statuses that were to be seen");
      assert.equal(await findForbidden(api.client), []);
    });
  }

  test(`after ${requests * KINDS.length} requests the API is as it was`, async () => {
    assert.equal(
      [...sent],
      KINDS.map(({ name }) => [name, requests]),
    );
    assert.equal(api.deaths, []);
    assert.is((await request(api.url, "GET", "/health", {})).status, 200);
    await create(api);
    assert.equal(await findForbidden(api.client), []);
  });
}

interface Outcome {
  /** The statuses by which each request was answered that was answered well. */
  answered: number[][];
  /** What is wrong with the others, in sentences. */
  faults: string[];
}

/** Sends the requests of a kind, until too many went wrong. */
async function send(kind: Kind, { requests, seed }: Attack, api: FuzzedApi): Promise<Outcome> {
  const outcome: Outcome = { answered: [], faults: [] };
  // Taken from it one by one, so that each is let go once it was sent.
  const queue = sample(kind.requests, { seed, numRuns: requests });
  const sender = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (outcome.faults.length >= MOST_FAULTS) return;
      try {
        outcome.answered.push(await sendOne(next, api));
      } catch (error) {
        outcome.faults.push(`${(error as Error).message}\n${describe(next)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return outcome;
}

/** The faults, and what the API itself says of them. */
function tell(faults: string[], seed: number, api: FuzzedApi): string {
  const told = [...faults, ...api.deaths, ...api.errors().slice(-MOST_FAULTS)];
  return `FUZZ_SEED=${seed} repeats it:\n\n${told.join("\n\n")}`;
}

const ENDINGS: Record<Answered, Ending> = {
  "by the API": "waits",
  "by somebody": "waits",
  "or closed": "ends",
  "by nobody": "resets",
};

async function sendOne(malformed: FuzzedRequest, api: FuzzedApi): Promise<number[]> {
  const answers = await exchange(api.port, {
    wire: malformed.wire,
    methods: malformed.calls.map(({ method }) => method),
    ending: ENDINGS[malformed.answered],
  });
  judge(malformed, answers, api.check);
  for (const answer of answers) if (answer.status === 201) await readBack(answer, api);
  return answers.map(({ status }) => status);
}

/** Whatever was created can be read: `request` holds it to the API's document. */
async function readBack({ headers }: SeenAnswer, { url }: FuzzedApi): Promise<void> {
  const path = headers.get("location") ?? "";
  const { status } = await request(url, "GET", path, { headers: { "X-API-Key": API_KEY } });
  assert.is(status, 200, `${path} was created, and is not there`);
}

async function create({ url }: FuzzedApi): Promise<void> {
  const { status } = await request(url, "POST", "/tenants", {
    headers: { "X-API-Key": API_KEY, "Content-Type": "application/json" },
    body: JSON.stringify({ organization: "Acme", subdomain: "acme", email: "office@acme.example" }),
  });
  assert.is(status, 201);
}

/** As much of a request as somebody will read. */
function describe({ wire, answered }: FuzzedRequest): string {
  const bytes = JSON.stringify(wire)
    .replaceAll(/(.{1,16}?)\1{9,}/g, "$1…")
    .slice(0, 1500);
  return `${wire.length} bytes, to be answered ${answered}: ${bytes}`;
}

function countsOf(statuses: number[]): string {
  const groups = [...Map.groupBy(statuses, (status) => status)];
  return groups
    .toSorted(([left], [right]) => left - right)
    .map(([status, { length }]) => `${status}: ${length}`)
    .join(", ");
}
