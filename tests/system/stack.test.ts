/**
 * A tenant's whole life, over HTTP, on the stack of `npm start`; asserts what stands in Firestore, in
 * the cluster and on disk.
 */
import { PubSub } from "@google-cloud/pubsub";
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLUSTER_EVENTS, DEAD_LETTERS, TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import { jobName } from "../../shared/tenant/names.ts";
import { freePorts, isAnswered } from "../../scripts/local/loopback-ports.ts";
import { logLinesIn } from "../testkit/log-lines.ts";
import { eventually, pushMessage, request, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";
import { siteDirectory } from "../../scripts/local/volume.ts";

const test = suite("a tenant's life");

let it: TestStack;
test.before(async () => {
  it = await startTestStack({
    LOCAL_BENCH_FAULTS:
      "broken:install-app,half:new-site,stubborn:drop-site,flaky:install-app:once," +
      "resting:lock-database",
  });
});
test.after(async () => {
  await it.stop();
});

let count = 0;
/** A body for a tenant that no other test has. */
function wanted(subdomain = `tenant-${(count += 1)}`) {
  return { organization: "Acme & Söhne", subdomain, email: `office@${subdomain}.example` };
}

async function create(
  subdomain?: string,
): Promise<{ id: string; subdomain: string; site: string }> {
  const body = wanted(subdomain);
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  const id = String(created.body["id"]);
  return { id, subdomain: body.subdomain, site: siteDirectory(it.stack.volume, id) };
}

async function documentsOf(id: string, subdomain: string) {
  const [tenant, reservation, deletion] = await Promise.all([
    it.firestore.doc(`tenants/${id}`).get(),
    it.firestore.doc(`subdomains/${subdomain}`).get(),
    it.firestore.doc(`deletions/${id}`).get(),
  ]);
  return { tenant, reservation, deletion };
}

const jobNames = () => it.cluster.jobs.listJobs().map(({ metadata }) => metadata?.name);

test("from POST to active to gone, with nothing left behind but the deletion record and the history", async () => {
  const body = wanted();
  const created = await it.call("POST", "/tenants", { body });
  assert.is(created.status, 201);
  const id = String(created.body["id"]);
  assert.equal(created.body, {
    success: true,
    id,
    subdomain: body.subdomain,
    status: "queued",
    message: "The tenant is queued; its site is being made.",
    site_url: `https://${body.subdomain}.kairos.app`,
    tenant_url: `https://${body.subdomain}.kairos.app`,
    operation: `${id}.1.1`,
  });
  assert.is(created.headers.get("location"), `/tenants/${id}`);

  const { seen, last } = await it.until(id, "active");
  assert.ok(seen.includes("provisioning"), seen.join(" "));
  assert.is(last.body["site_url"], `https://${body.subdomain}.kairos.app`);

  const { hosts } = it.stack.volume;
  const host = `${body.subdomain}.kairos.app`;
  const site = realpathSync(join(hosts, host));
  assert.is(site, siteDirectory(it.stack.volume, id));
  const config = JSON.parse(readFileSync(join(site, "site_config.json"), "utf8")) as object;
  assert.is((config as { host_name: string }).host_name, `https://${body.subdomain}.kairos.app`);
  assert.is(readFileSync(join(site, "scheduler.txt"), "utf8"), "1\n");
  assert.is(readFileSync(join(site, "apps.txt"), "utf8"), "frappe\nerpnext\n");
  assert.is(
    readFileSync(join(site, "users.txt"), "utf8"),
    `${body.email} (System User, System Manager)\n`,
  );
  // Settled: its Job is deleted, its Secret stays, and no resync will look at it again.
  await eventually("the tenant is settled", async () => {
    const { tenant } = await documentsOf(id, body.subdomain);
    return tenant.get("status.next_reconcile_at") === null ? true : null;
  });
  assert.not(jobNames().includes(jobName(id)));
  assert.ok(it.cluster.jobs.secretNames().includes(jobName(id)));

  const shown = await it.call("GET", `/tenants/${id}`);
  assert.is(shown.status, 200);
  assert.is(shown.body["organization"], body.organization);
  assert.is(shown.body["email"], body.email);
  const listed = await it.call("GET", "/tenants");
  const ids = (listed.body["tenants"] as { id: string }[]).map((tenant) => tenant.id);
  assert.ok(ids.includes(id));

  const deleted = await it.call("DELETE", `/tenants/${id}`);
  assert.is(deleted.status, 202);
  assert.equal(deleted.body["status"], "deleting");
  const again = await it.call("DELETE", `/tenants/${id}`);
  assert.ok(again.status === 202 || again.status === 404);
  const gone = await it.until(id, "gone");
  assert.equal(
    gone.seen.filter((status) => status !== "gone" && status !== "deleting"),
    [],
  );

  assert.not(existsSync(site));
  assert.not(readdirSync(hosts).includes(host));
  assert.equal(readdirSync(it.stack.volume.tenants), [`${id}.gone`]);
  assert.not(jobNames().includes(jobName(id)));
  assert.not(it.cluster.jobs.secretNames().includes(jobName(id)));
  const { tenant, reservation, deletion } = await documentsOf(id, body.subdomain);
  assert.not(tenant.exists);
  assert.not(reservation.exists);
  assert.equal(Object.keys(deletion.data() ?? {}).toSorted(), [
    "completed_at",
    "expires_at",
    "reason",
    "requested_at",
  ]);
  assert.ok(deletion.get("expires_at"));
  const kept = await it.firestore.collection("operations").where("tenant_id", "==", id).get();
  assert.ok(kept.docs.every((document) => document.get("expires_at")));
  const text = JSON.stringify(kept.docs.map((document) => document.data()));
  for (const personal of [body.email, body.organization]) assert.not(text.includes(personal));
});

test("a Job that fails once is tried again, and says so meanwhile", async () => {
  const { id, subdomain } = await create("flaky");
  const said: unknown[] = [];
  await eventually("it is active", async () => {
    const { body } = await it.call("GET", `/tenants/${id}/status`);
    if (body["status"] === "provisioning") said.push(body["error_message"]);
    return body["status"] === "active" ? body : null;
  });
  assert.ok(said.some((words) => String(words).startsWith("bench install-app failed")));
  const { tenant } = await documentsOf(id, subdomain);
  assert.is(tenant.get("status.operation").attempt, 2);
  assert.is(tenant.get("status.message"), null);
});

test("a tenant is suspended and resumed, by Jobs that prove it", async () => {
  const { id, subdomain, site } = await create();
  await it.until(id, "active");
  const mode = () => {
    const config = readFileSync(join(site, "site_config.json"), "utf8");
    return (JSON.parse(config) as { maintenance_mode?: number }).maintenance_mode;
  };
  const suspended = await it.call("POST", `/tenants/${id}/suspend`);
  assert.is(suspended.status, 202);
  assert.is(suspended.body["status"], "active", "until it is verified");
  await it.until(id, "suspended");
  assert.is(mode(), 1);
  const again = await it.call("POST", `/tenants/${id}/suspend`);
  assert.is(again.status, 202);
  assert.is((await it.call("POST", `/tenants/${id}/resume`)).status, 202);
  await it.until(id, "active");
  assert.is(mode(), 0);
  const { tenant } = await documentsOf(id, subdomain);
  assert.is(tenant.get("spec.generation"), 3, "to suspend what is suspended is no new command");
  await it.call("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
});

test("a suspension that fails leaves the tenant as it was verified, with the reason", async () => {
  const { id } = await create("resting");
  await it.until(id, "active");
  await it.call("POST", `/tenants/${id}/suspend`);
  const { body } = await eventually("it is given up", async () => {
    const { tenant } = await documentsOf(id, "resting");
    const isSettled = tenant.get("status.observed_generation") === 2;
    return isSettled ? it.call("GET", `/tenants/${id}/status`) : null;
  });
  assert.is(body["status"], "active");
  assert.is(body["step"], "lock-database");
  assert.match(String(body["error_message"]), /lock-database failed/);
  assert.is((await it.call("POST", `/tenants/${id}/retry`)).status, 202);
});

test("what the tenant's state does not allow is answered 409 and changes nothing", async () => {
  const { id, subdomain } = await create();
  const early = await it.call("POST", `/tenants/${id}/suspend`);
  assert.is(early.status, 409);
  assert.match(String(early.body["error"]), /no site yet/);
  await it.until(id, "active");
  assert.is((await it.call("POST", `/tenants/${id}/retry`)).status, 409);
  const { tenant } = await documentsOf(id, subdomain);
  assert.is(tenant.get("spec.generation"), 1);
  await it.call("DELETE", `/tenants/${id}`);
  const late = await it.call("POST", `/tenants/${id}/resume`);
  assert.ok(late.status === 409 || late.status === 404);
});

test("a Job that fails makes the tenant failed in the Job's own words", async () => {
  const { id, site } = await create("broken");
  const { last } = await it.until(id, "failed");
  assert.match(String(last.body["error_message"]), /^bench install-app failed for broken\.kairos/);
  assert.is(last.body["step"], "install-app");
  assert.is(last.body["site_url"], null);
  assert.ok(existsSync(site), "bench rolls nothing back");
  const { tenant } = await documentsOf(id, "broken");
  assert.is(tenant.get("status.operation").attempt, 3);

  const retried = await it.call("POST", `/tenants/${id}/retry`);
  assert.is(retried.status, 202);
  assert.is(retried.body["status"], "queued");
  assert.is((await it.call("POST", `/tenants/${id}/retry`)).status, 409, "it is under way");

  await it.call("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
  assert.not(existsSync(site));
});

test("a site that was only half made is deleted too, and its name is free again", async () => {
  const { id, site } = await create("half");
  await it.until(id, "failed");
  await it.call("DELETE", `/tenants/${id}`);
  await it.until(id, "gone");
  assert.not(existsSync(site));
  assert.is((await it.call("POST", "/tenants", { body: wanted("half") })).status, 201);
});

test("a deletion that meets fault stays deleting, keeps the name and says why", async () => {
  const { id, subdomain, site } = await create("stubborn");
  await it.until(id, "active");
  await it.call("DELETE", `/tenants/${id}`);
  const { body } = await eventually("the drop has failed", async () => {
    const answer = await it.call("GET", `/tenants/${id}/status`);
    return answer.body["error_message"] === null ? null : answer;
  });
  assert.is(body["status"], "deleting");
  assert.match(String(body["error_message"]), /^drop-site failed for stubborn/);
  assert.ok(existsSync(site));
  assert.is((await it.call("POST", "/tenants", { body: wanted(subdomain) })).status, 409);
  const { tenant } = await documentsOf(id, subdomain);
  assert.ok(tenant.get("status.operation").attempt > 1, "it is tried again");
  assert.ok(tenant.get("status.next_reconcile_at"));
});

test("a deletion during the creation stops the creation and leaves nothing", async () => {
  const { id, subdomain, site } = await create();
  await eventually("its Job works", async () => (jobNames().includes(jobName(id)) ? true : null));
  await it.call("DELETE", `/tenants/${id}`);
  const { seen } = await it.until(id, "gone");
  assert.not(seen.includes("active"));
  assert.not(existsSync(site));
  const { tenant, reservation } = await documentsOf(id, subdomain);
  assert.not(tenant.exists);
  assert.not(reservation.exists);
});

test("what a caller gets wrong is answered with 4xx and why, and nothing is stored", async () => {
  const before = (await it.firestore.collection("tenants").count().get()).data().count;
  const json = (body: unknown) => ({ body: JSON.stringify(body) });
  const key = { "X-API-Key": it.stack.apiKey };
  const type = { "Content-Type": "application/json" };
  const missing = "/tenants/0c16443d-3d8e-4c0d-b43c-ac1174140611";
  const cases: [status: number, why: RegExp, method: string, path: string, init: RequestInit][] = [
    [
      400,
      /not a valid JSON object/,
      "POST",
      "/tenants",
      { body: "{", headers: { ...key, ...type } },
    ],
    [400, /understood/, "GET", "/tenants/%ff", { headers: key }],
    [401, /missing/, "GET", "/tenants", {}],
    [401, /missing/, "POST", "/tenants", { ...json(wanted()), headers: type }],
    [401, /not a valid key/, "GET", "/tenants", { headers: { "X-API-Key": "guess" } }],
    [401, /missing/, "DELETE", missing, {}],
    [404, /no tenant/, "GET", missing, { headers: key }],
    [404, /no tenant/, "GET", `${missing}/status`, { headers: key }],
    [404, /no tenant/, "DELETE", missing, { headers: key }],
    [404, /nothing at this path/, "GET", "/nowhere", { headers: key }],
    [405, /not possible/, "PUT", "/tenants", { headers: key }],
    [
      413,
      /64 KiB/,
      "POST",
      "/tenants",
      { ...json({ organization: "x".repeat(70_000) }), headers: { ...key, ...type } },
    ],
    [415, /application\/json/, "POST", "/tenants", { body: "a=b", headers: key }],
    [400, /body is missing/, "POST", "/tenants", { headers: key }],
    [422, /email is required/, "POST", "/tenants", { ...json({}), headers: { ...key, ...type } }],
    [422, /UUID/, "GET", "/tenants/acme", { headers: key }],
    [422, /limit/, "GET", "/tenants?limit=0", { headers: key }],
  ];
  for (const [status, why, method, path, init] of cases) {
    const answer = await request(it.stack.urls.api, method, path, init);
    const name = `${method} ${path}`;
    assert.is(answer.status, status, name);
    assert.match(answer.headers.get("content-type") ?? "", "application/problem+json", name);
    assert.is(answer.body["success"], false, name);
    assert.match(String(answer.body["error"]), why, name);
    assert.not.match(JSON.stringify(answer.body), /node_modules|at .*\.[jt]s/, name);
  }
  const after = (await it.firestore.collection("tenants").count().get()).data().count;
  assert.is(after, before);
});

test("health and name are open, and true", async () => {
  const health = await request(it.stack.urls.api, "GET", "/health", {});
  assert.is(health.status, 200);
  assert.is(health.body["status"], "healthy");
  assert.is(health.body["database"], true);
  assert.is(health.body["gke_connection"], true);
  const service = await request(it.stack.urls.api, "GET", "/", {});
  assert.is(service.body["name"], "Kairos Control Plane");
});

test("a browser's preflight is answered without a key", async () => {
  const headers = { Origin: "https://app.example.com", "Access-Control-Request-Method": "POST" };
  const answer = await request(it.stack.urls.api, "OPTIONS", "/tenants", { headers });
  assert.is(answer.status, 204);
  assert.is(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("access-control-allow-headers") ?? "", /X-API-Key/);
});

test("an API without its database says so, in JSON and in bounded time", async () => {
  const [closed = 0] = await freePorts(1);
  const url = await it.startApi("api-without-database", {
    FIRESTORE_EMULATOR_HOST: `127.0.0.1:${closed}`,
  });
  const health = await request(url, "GET", "/health", {});
  assert.is(health.status, 503);
  assert.equal([health.body["status"], health.body["database"]], ["unhealthy", false]);
  const headers = { "X-API-Key": it.stack.apiKey };
  const listed = await request(url, "GET", "/tenants", { headers });
  assert.is(listed.status, 503);
  assert.match(String(listed.body["error"]), /database does not answer/);
  assert.ok(listed.headers.get("retry-after"));
});

test("a publish that fails does not fail the request, and the resync finds the tenant", async () => {
  const [closed = 0] = await freePorts(1);
  const url = await it.startApi("api-without-bus", { PUBSUB_EMULATOR_HOST: `127.0.0.1:${closed}` });
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const created = await request(url, "POST", "/tenants", {
    headers: {
      "X-API-Key": it.stack.apiKey,
      "Content-Type": "application/json",
      "X-Request-ID": "frontend-8",
      traceparent: `00-${trace}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify(wanted()),
  });
  assert.is(created.status, 201);
  const logged = logLines("api-without-bus").find(({ severity }) => severity === "WARNING");
  assert.match(String(logged?.["message"]), /TriggerNotPublished/);
  assert.is(logged?.["requestId"], "frontend-8");
  const name = `projects/${it.stack.projectId}/traces/${trace}`;
  assert.is(logged?.["logging.googleapis.com/trace"], name);
  const id = String(created.body["id"]);
  assert.is((await it.call("GET", `/tenants/${id}/status`)).body["status"], "queued");
  // The resync comes a minute later; its time is brought forward here, and so is its tick.
  await it.firestore.doc(`tenants/${id}`).update({ "status.next_reconcile_at": new Date() });
  await publish(TENANT_EVENTS, { kind: "resync" });
  await it.until(id, "active");
});

test("an event of another Job or of an unknown tenant is taken and changes nothing", async () => {
  const before = (await it.firestore.collection("tenants").count().get()).data().count;
  const unknown = "11111111-2222-4333-8444-555555555555";
  const involved = (name: string) => ({ jsonPayload: { involvedObject: { kind: "Job", name } } });
  for (const message of [
    involved("nightly-backup"),
    involved(jobName(unknown)),
    { kind: "tenant", tenant_id: unknown },
    { kind: "tenant", tenant_id: "not-an-id" },
  ]) {
    assert.is(await pushMessage(it.stack, JSON.stringify(message)), 204, JSON.stringify(message));
  }
  const after = (await it.firestore.collection("tenants").count().get()).data().count;
  assert.is(after, before);
});

test("a message that cannot be understood is refused", async () => {
  for (const text of ["", "resync", "[]", "{}", '{"kind":"other"}']) {
    assert.is(await pushMessage(it.stack, text), 500, text);
  }
});

test("both event topics push to provision, with dead letters that somebody keeps", async () => {
  const pubsub = openPubSub();
  try {
    for (const topic of [TENANT_EVENTS, CLUSTER_EVENTS]) {
      const [{ pushConfig, deadLetterPolicy }] = await pubsub
        .subscription(`${topic}-provision`)
        .getMetadata();
      assert.match(
        pushConfig?.pushEndpoint ?? "",
        `/projects/${it.stack.projectId}/topics/${topic}`,
      );
      assert.is(
        deadLetterPolicy?.deadLetterTopic,
        `projects/${it.stack.projectId}/topics/${DEAD_LETTERS}`,
      );
    }
    const [kept] = await pubsub.topic(DEAD_LETTERS).getSubscriptions();
    assert.is(kept.length, 1);
  } finally {
    await pubsub.close();
  }
});

function logLines(name: string): Record<string, unknown>[] {
  return logLinesIn(join(it.stack.logDirectory, `${name}.log`));
}

test("every decision is a line of the log, from which the time to active can be had", async () => {
  const { id } = await create();
  await it.until(id, "active");
  const lines = await eventually("the last decision is logged", async () => {
    const about = logLines("provision").filter(
      ({ tenantId, message }) => tenantId === id && message !== "StepEnded",
    );
    return about.some(({ message }) => message === "Settled") ? about : null;
  });
  for (const line of lines) {
    assert.type(line["severity"], "string");
    assert.is(line["generation"], 1);
    assert.ok(Array.isArray(line["actions"]), JSON.stringify(line));
    assert.type((line["milliseconds"] as { readTenant: number }).readTenant, "number");
  }
  // Of two reconciles that were triggered at once, one has lost and says so.
  const done = lines.filter(({ result }) => result === "done");
  const begun = done.find(({ message }) => message === "OperationBegins");
  assert.equal(begun?.["actions"], ["takeSlot", "createSecret", "createJob"]);
  const verified = done.find(({ message }) => message === "JobSucceeded");
  assert.is(verified?.["status"], "active");
  assert.is(verified?.["kind"], "create");
  assert.ok(Number(verified?.["secondsSinceRequest"]) > 0);
});

test("the log lines of a request bear its trace", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  assert.is(await pushMessage(it.stack, "no trigger", headers), 500);
  const name = `projects/${it.stack.projectId}/traces/${trace}`;
  const bearing = logLines("provision").filter(
    (line) => line["logging.googleapis.com/trace"] === name,
  );
  assert.is(bearing.length, 1);
});

test("no log and no record holds a password or a key, and no log an e-mail", async () => {
  const { id, subdomain, site } = await create();
  await it.until(id, "active");
  const config = readFileSync(join(site, "site_config.json"), "utf8");
  const password = /"db_password": "([^"]+)"/.exec(config)?.[1] ?? "";
  assert.is(password.length, 48);
  const { tenant } = await documentsOf(id, subdomain);
  assert.not.match(JSON.stringify(tenant.data()), password);
  for (const file of readdirSync(it.stack.logDirectory, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".log")) continue;
    const text = readFileSync(join(it.stack.logDirectory, file), "utf8");
    for (const secret of [password, it.stack.apiKey, "local-root", "office@"]) {
      assert.not(text.includes(secret), `${file}: ${secret}`);
    }
  }
});

test("everything listens on the loopback address only", async () => {
  const { urls, firestoreHost, pubsubHost } = it.stack;
  const addresses = [...Object.values(urls), it.cluster.url, firestoreHost, pubsubHost];
  for (const address of addresses) {
    const port = Number(address.split(":").at(-1));
    assert.ok(await isAnswered({ host: "127.0.0.1", port }), address);
    // Another address of this machine.
    assert.not(await isAnswered({ host: "127.0.0.2", port }), address);
  }
});

function openPubSub(): PubSub {
  return new PubSub({
    projectId: it.stack.projectId,
    apiEndpoint: it.stack.pubsubHost,
    emulatorMode: true,
  });
}

async function publish(topic: string, json: object): Promise<void> {
  const pubsub = openPubSub();
  await pubsub.topic(topic).publishMessage({ json });
  await pubsub.close();
}

test.run();
