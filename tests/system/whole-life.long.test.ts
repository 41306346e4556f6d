/**
 * A tenant's whole life, told afterwards by the API's history alone, and held against what the cluster saw and what a
 * subscriber was told. Nothing of it has a secret, or what the customer said of themselves.
 */
import type { V1Job } from "@kubernetes/client-node";
import { PubSub } from "@google-cloud/pubsub";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LABELS } from "../../shared/operations/job-manifest.ts";
import { subscribeToStatus } from "../testkit/status-subscriber.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("a whole life");

const NAME = "whole-life";
const EMAIL = "ada.lovelace@whole-life.example";
const ORGANIZATION = "Analytical Engines";

/** `kind generation.attempt outcome`, in the order in which they ended. */
const seenByCluster: string[] = [];

function see({ metadata, status }: V1Job): void {
  const labels = metadata?.labels ?? {};
  const isOurs = labels[LABELS.tenant] === tenantId;
  const hasSucceeded = status?.conditions?.some(({ type }) => type === "Complete") ?? false;
  const outcome = hasSucceeded ? "succeeded" : "failed";
  const attempt = `${labels[LABELS.generation]}.${labels[LABELS.attempt]}`;
  if (isOurs) seenByCluster.push(`${labels[LABELS.kind]} ${attempt} ${outcome}`);
}

let tenantId = "";
let it: TestStack;
let pubsub: PubSub;
let subscriber: Awaited<ReturnType<typeof subscribeToStatus>>;
test.before(async () => {
  it = await startTestStack(
    { LOCAL_BENCH_FAULTS: `${NAME}:add-user:once`, API_KEYS: "frontend:a-key-of-the-frontend" },
    { onJobEnded: see },
  );
  const { projectId, pubsubHost } = it.stack;
  pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  subscriber = await subscribeToStatus(pubsub);
});
test.after(async () => {
  await subscriber.stop();
  await pubsub.close();
  await it.stop();
});

async function command(path: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await it.call("POST", `/tenants/${tenantId}/${path}`, {
    ...(body && { body }),
    headers: { "X-Request-ID": `life-${path}` },
  });
  assert.is(answer.status, 202, JSON.stringify(answer.body));
  return answer.body;
}

/** Waits until the tenant is settled. */
const settled = () =>
  eventually("the tenant is settled", async () => {
    const { body } = await it.call("GET", `/tenants/${tenantId}/status`);
    return body["observed_generation"] === body["generation"] ? body : null;
  });

interface Operation {
  id: string;
  kind: string;
  state: string;
  generation: number;
  attempt: number;
  requested_by: string;
  request_id: string;
  steps: { name: string; seconds: number | null }[];
  log: string | null;
}

async function history(): Promise<Operation[]> {
  const { body } = await it.call("GET", `/tenants/${tenantId}/operations`);
  return (body["operations"] as Operation[]).toReversed();
}

test("it is told by the history as the cluster saw it, after the tenant is gone", async () => {
  const created = await it.call("POST", "/tenants", {
    body: {
      organization: ORGANIZATION,
      subdomain: NAME,
      email: EMAIL,
      first_name: "Ada",
      login_link: true,
    },
    headers: { "X-Request-ID": "life-create" },
  });
  tenantId = String(created.body["id"]);
  await it.until(tenantId, "active");
  await settled();
  await command("suspend");
  await settled();
  await command("resume");
  await settled();
  const { url } = await command("login-links");
  await settled();
  await command("login-links", { email: "nobody@whole-life.example", reason: "for Ada" });
  const failed = await settled();
  assert.is(failed["reason"], "UserNotFound");
  assert.is(failed["status"], "active");
  const during = await it.call("DELETE", `/tenants/${tenantId}`, {
    headers: { "X-Request-ID": "life-delete" },
  });
  assert.is(during.status, 202);
  await it.until(tenantId, "gone");

  const told = await history();
  assert.equal(
    told.map(({ kind, generation, attempt, state }) => `${kind} ${generation}.${attempt} ${state}`),
    seenByCluster,
  );
  assert.equal(seenByCluster, [
    "create 1.1 failed",
    "create 1.2 succeeded",
    "suspend 2.1 succeeded",
    "resume 3.1 succeeded",
    "login-link 4.1 succeeded",
    "login-link 5.1 failed",
    "drop 6.1 succeeded",
  ]);
  assert.equal([...new Set(told.map(({ requested_by }) => requested_by))], ["key:frontend"]);
  assert.equal(
    told.map(({ request_id }) => request_id),
    ["create", "create", "suspend", "resume", "login-links", "login-links", "delete"].map(
      (name) => `life-${name}`,
    ),
  );
  const [, made] = told;
  const steps = made?.steps.map(({ name }) => name) ?? [];
  assert.equal(steps.slice(0, 3), ["check-services", "database", "start"]);
  assert.is(steps.at(-1), "set-login-key");
  assert.ok(made?.steps.every(({ seconds }) => seconds !== null && seconds >= 0));

  await subscriberKnows();
  const logs = await Promise.all(told.map(({ id }) => logOf(id)));
  assert.ok(logs.every((log) => log.includes("step: ")));
  assertClean([...logs, JSON.stringify(told), ...subscriber.received.map(textOf)], String(url));
});

const textOf = ({ event }: { event: object }) => JSON.stringify(event);

async function logOf(id: string): Promise<string> {
  const { status, body } = await it.call("GET", `/tenants/${tenantId}/operations/${id}`);
  assert.is(status, 200);
  return String((body as unknown as Operation).log);
}

/** The subscriber was told of every phase, in order, and that the tenant is deleted. */
async function subscriberKnows(): Promise<void> {
  const events = await eventually("the subscriber knows of the end", async () => {
    const seen = subscriber.eventsOf(tenantId);
    return seen.at(-1)?.type === "app.kairos.tenant.deleted" ? seen : null;
  });
  const types = events.map(({ type }) => type.replace("app.kairos.tenant.", ""));
  const phases = types.filter((type, index) => type !== types[index - 1]);
  assert.equal(phases, [
    "queued",
    "provisioning",
    "active",
    "suspended",
    "active",
    "deleting",
    "deleted",
  ]);
}

/** No text has what nobody may read: keys, passwords, the customer's data. */
function assertClean(texts: string[], url: string): void {
  const loginKey = new URL(url).searchParams.get("key") ?? "";
  assert.is(loginKey.length, 43);
  const functionLogs = globSync(join(it.stack.logDirectory, "*.log"));
  const secrets = ["a-key-of-the-frontend", loginKey, "local-root"];
  const all = [...texts, ...functionLogs.map((path) => readFileSync(path, "utf8"))];
  for (const secret of secrets)
    assert.not(
      all.some((text) => text.includes(secret)),
      secret,
    );
  for (const personal of [EMAIL, ORGANIZATION, "nobody@whole-life.example"]) {
    assert.not(
      texts.some((text) => text.includes(personal)),
      personal,
    );
  }
}

test.run();
