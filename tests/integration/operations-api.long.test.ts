/**
 * The history as the API tells it, on the official emulators: what is on record was written by the test, and nobody
 * reconciles.
 */
import { randomUUID } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { operationId } from "../../shared/tenant/operation-record.ts";
import type { OperationRecord } from "../../shared/tenant/operation-record.ts";
import { addSeconds } from "../../shared/tenant/tenant.ts";
import type { Operation, Tenant } from "../../shared/tenant/tenant.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { eventually } from "../testkit/stack-fixture.ts";
import type { Answer } from "../testkit/stack-fixture.ts";
import { ACTIVE, FAILURE, tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";
import type { TenantParts } from "../testkit/tenant-parts.ts";

const test = suite("the history");

let it: OwnApi;
test.before(async () => {
  it = await startOwnApi();
});
test.after(async () => {
  await it.stop();
});
test.before.each(async () => {
  await it.empty();
  it.proxy.injectFault(null);
  it.proxy.calls.length = 0;
});

const NOW = new Date("2026-11-29T12:00:00Z");
const at = (seconds: number) => addSeconds(NOW, seconds);

/** The record of a create that succeeded in 20 seconds, with these fields. */
function recordOf(tenantId: string, more: Partial<OperationRecord> = {}): OperationRecord {
  return {
    tenant_id: tenantId,
    generation: 1,
    attempt: 1,
    kind: "create",
    state: "succeeded",
    requested_by: "key:frontend",
    request_id: "request-1",
    request_reason: null,
    created_at: NOW,
    slot_at: at(1),
    job_at: at(2),
    running_at: at(4),
    ended_at: at(21),
    steps: [
      { name: "new-site", started_at: at(4), ended_at: at(16.5) },
      { name: "verify", started_at: at(16.5), ended_at: null },
    ],
    outcome: null,
    log: "step: new-site\nstep: verify",
    expires_at: at(90 * 24 * 3600),
    ...more,
  };
}

/** Writes a record, and gives its id. */
async function write(record: OperationRecord): Promise<string> {
  const id = operationId(record.tenant_id, record.generation, record.attempt);
  await it.client.doc(`operations/${id}`).set({ ...record });
  return id;
}

async function writeTenant(more: TenantParts = {}): Promise<Tenant> {
  const tenant = withParts(tenantNamed(`t-${randomUUID().slice(0, 8)}`), more);
  await it.client.doc(`tenants/${tenant.id}`).set({ ...tenant });
  return tenant;
}

interface Page {
  operations: Record<string, unknown>[];
  has_more: boolean;
  next_page_token: string | null;
}

async function pageOf(path: string): Promise<Page> {
  const answer = await it.call("GET", path);
  assert.is(answer.status, 200, JSON.stringify(answer.body));
  return answer.body as unknown as Page;
}

/** The ids on all pages, of which each has as many as it may. */
async function idsOn(path: string, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let token: string | null = "";
  while (token !== null) {
    const more: string = token === "" ? "" : `&page_token=${token}`;
    const page = await pageOf(`${path}${path.includes("?") ? "&" : "?"}limit=${limit}${more}`);
    assert.is(page.has_more, page.next_page_token !== null);
    if (page.has_more) assert.is(page.operations.length, limit);
    ids.push(...page.operations.map(({ id }) => String(id)));
    token = page.next_page_token;
  }
  return ids;
}

test("an operation is shown with all that is on record, times in ISO, and what to do", async () => {
  const tenantId = randomUUID();
  const outcome = {
    step: "new-site",
    reason: "Killed",
    message: "It was killed.",
    retryable: true,
  };
  const id = await write(recordOf(tenantId, { state: "failed", outcome }));
  const { status, body, headers } = await it.call("GET", `/tenants/${tenantId}/operations/${id}`);
  assert.is(status, 200);
  assert.equal(body, {
    id,
    tenant_id: tenantId,
    generation: 1,
    attempt: 1,
    kind: "create",
    state: "failed",
    requested_by: "key:frontend",
    request_id: "request-1",
    request_reason: null,
    created_at: "2026-11-29T12:00:00.000Z",
    slot_at: "2026-11-29T12:00:01.000Z",
    job_at: "2026-11-29T12:00:02.000Z",
    running_at: "2026-11-29T12:00:04.000Z",
    ended_at: "2026-11-29T12:00:21.000Z",
    expires_at: "2027-02-27T12:00:00.000Z",
    steps: [
      {
        name: "new-site",
        started_at: "2026-11-29T12:00:04.000Z",
        ended_at: "2026-11-29T12:00:16.500Z",
        seconds: 12.5,
      },
      {
        name: "verify",
        started_at: "2026-11-29T12:00:16.500Z",
        ended_at: null,
        seconds: null,
      },
    ],
    outcome: {
      ...outcome,
      hint: "Retry if no attempt follows; if it happens again, look at the node for who killed it.",
    },
    log: "step: new-site\nstep: verify",
  });
  const known = { "If-None-Match": headers.get("etag") ?? "" };
  const again = await it.call("GET", `/tenants/${tenantId}/operations/${id}`, { headers: known });
  assert.is(again.status, 304);
  assert.equal(it.proxy.calls, ["BatchGetDocuments", "BatchGetDocuments"]);
});

test("whoever waits for an operation is told when to ask again, until it has ended", async () => {
  const tenantId = randomUUID();
  const retryAfter = async (state: OperationRecord["state"]) => {
    const id = await write(recordOf(tenantId, { state }));
    const { headers } = await it.call("GET", `/tenants/${tenantId}/operations/${id}`);
    return headers.get("retry-after");
  };
  assert.is(await retryAfter("queued"), "5");
  assert.is(await retryAfter("running"), "5");
  for (const state of ["succeeded", "failed", "superseded"] as const) {
    assert.is(await retryAfter(state), null, state);
  }
});

test("an operation is found under its own tenant alone", async () => {
  const [tenantId, other] = [randomUUID(), randomUUID()];
  const id = await write(recordOf(tenantId));
  for (const [path, status] of [
    [`/tenants/${other}/operations/${id}`, 404],
    [`/tenants/${tenantId}/operations/${tenantId}.1.2`, 404],
    [`/tenants/${tenantId}/operations/${tenantId}`, 422],
    [`/tenants/acme/operations/${id}`, 422],
    [`/tenants/${tenantId}/operations/${id}`, 200],
  ] as const) {
    assert.is((await it.call("GET", path)).status, status, path);
  }
});

test("a tenant's operations come newest first, of the same time by their ids, each on one page", async () => {
  const tenantId = randomUUID();
  await write(recordOf(randomUUID()));
  const records = [
    recordOf(tenantId, { generation: 1, created_at: at(0) }),
    recordOf(tenantId, { generation: 2, created_at: at(10) }),
    recordOf(tenantId, { generation: 2, attempt: 2, created_at: at(10) }),
    recordOf(tenantId, { generation: 2, attempt: 3, created_at: at(10) }),
    recordOf(tenantId, { generation: 3, created_at: at(20) }),
  ];
  for (const record of records) await write(record);
  const expected = ["3.1", "2.3", "2.2", "2.1", "1.1"].map((place) => `${tenantId}.${place}`);
  for (const limit of [1, 2, 3, 5, 100]) {
    assert.equal(await idsOn(`/tenants/${tenantId}/operations`, limit), expected, String(limit));
  }
});

test("a reader of all pages sees each once, whatever is asked for meanwhile", async () => {
  const tenantId = randomUUID();
  const [older, newer] = [
    await write(recordOf(tenantId, { generation: 1 })),
    await write(recordOf(tenantId, { generation: 2, created_at: at(1) })),
  ];
  const first = await pageOf(`/tenants/${tenantId}/operations?limit=1`);
  await write(recordOf(tenantId, { generation: 3, created_at: at(2) }));
  const rest = await pageOf(
    `/tenants/${tenantId}/operations?limit=9&page_token=${first.next_page_token}`,
  );
  assert.equal(
    [...first.operations, ...rest.operations].map(({ id }) => id),
    [newer, older],
  );
});

test("the log is in a single operation, and is not read for a list", async () => {
  const tenantId = randomUUID();
  await write(recordOf(tenantId));
  const [listed] = (await pageOf(`/tenants/${tenantId}/operations`)).operations;
  assert.not("log" in (listed ?? {}));
  const query = it.proxy.messages.findLast(({ rpc }) => rpc === "RunQuery");
  assert.not.match(JSON.stringify(query), /"log"/);
  assert.match(JSON.stringify(query), /"outcome"/);
});

test("a tenant's history can be read when the tenant is gone, and is 404 where there is neither", async () => {
  const gone = randomUUID();
  await write(recordOf(gone, { kind: "drop" }));
  assert.is((await pageOf(`/tenants/${gone}/operations`)).operations.length, 1);
  // One page further there is nothing, and yet there was something.
  const { next_page_token } = await pageOf(`/tenants/${gone}/operations?limit=1`);
  assert.is(next_page_token, null);
  const after = Buffer.from(`1000000000.000000000.${gone}.1.1`).toString("base64url");
  const beyond = await pageOf(`/tenants/${gone}/operations?page_token=${after}`);
  assert.equal(beyond.operations, []);

  const { id } = await writeTenant();
  assert.equal((await pageOf(`/tenants/${id}/operations`)).operations, []);
  for (const query of ["", `?page_token=${after}`]) {
    const missing = await it.call("GET", `/tenants/${randomUUID()}/operations${query}`);
    assert.is(missing.status, 404, query);
  }
});

test("the operations of all tenants are filtered by state, kind and time", async () => {
  const ids = {
    running: await write(recordOf(randomUUID(), { state: "running", created_at: at(1) })),
    failed: await write(recordOf(randomUUID(), { state: "failed", created_at: at(2) })),
    dropped: await write(
      recordOf(randomUUID(), { kind: "drop", state: "failed", created_at: at(3) }),
    ),
    queued: await write(recordOf(randomUUID(), { state: "queued", created_at: at(4) })),
    nothing: await write(
      recordOf(randomUUID(), { kind: null, state: "superseded", created_at: at(5) }),
    ),
  };
  const { running, failed, dropped, queued, nothing } = ids;
  for (const [query, expected] of [
    ["", [nothing, queued, dropped, failed, running]],
    ["state=running", [running]],
    ["state=failed", [dropped, failed]],
    ["state=queued", [queued]],
    ["state=superseded", [nothing]],
    ["state=succeeded", []],
    ["kind=create", [queued, failed, running]],
    ["kind=drop&state=failed", [dropped]],
    ["kind=unheard-of", []],
    ["since=2026-11-29T12:00:03Z", [nothing, queued, dropped]],
    ["since=2026-11-29T12:00:03.001Z", [nothing, queued]],
    ["since=2026-11-29T12:00:02Z&state=failed&kind=create", [failed]],
    ["since=2999-12-31T23:59:59Z", []],
    ["since=1000-01-01T00:00:00Z&kind=drop", [dropped]],
  ] as const) {
    for (const limit of [1, 2, 100]) {
      assert.equal(await idsOn(`/operations?${query}`, limit), [...expected], `${query} ${limit}`);
    }
  }
});

for (const [query, pointer] of [
  ["state=done", "/state"],
  ["state=", "/state"],
  ["kind=Create", "/kind"],
  ["since=yesterday", "/since"],
  ["since=2026-11-29", "/since"],
  ["since=2026-11-29T12:00:00%2B01:00", "/since"],
  ["since=2026-11-29T12:00:00.0001Z", "/since"],
  ["since=2026-02-30T12:00:00Z", "/since"],
  ["since=0000-01-01T00:00:00Z", "/since"],
  ["limit=0", "/limit"],
  ["limit=1001", "/limit"],
  ["page_token=x", "/page_token"],
  // Of the list of tenants, as that makes them.
  [
    `page_token=${Buffer.from(`1700000000.000000000.${randomUUID()}`).toString("base64url")}`,
    "/page_token",
  ],
] as const) {
  test(`the history is not read with ${query}`, async () => {
    const { status, body } = await it.call("GET", `/operations?${query}`);
    assert.is(status, 422);
    assert.equal(
      (body["errors"] as { pointer: string }[]).map((error) => error.pointer),
      [pointer],
    );
  });
}

/** Documents that nobody here writes, of a tenant, with their ids. */
function damagedOf(tenantId: string): [id: string, fields: Record<string, unknown>][] {
  const whole = recordOf(tenantId, { created_at: at(5) });
  const { tenant_id, created_at } = whole;
  const wrong = Object.fromEntries(Object.keys(whole).map((name) => [name, { odd: [1, null] }]));
  return [
    [`${tenantId}.1.1`, { tenant_id, created_at }],
    [`${tenantId}.1.2`, { ...wrong, tenant_id, created_at }],
    [`${tenantId}.1.3`, { ...whole, state: "exploded", steps: [null, {}, { name: "x" }] }],
  ];
}

test("a damaged record is shown as far as it can be read, and breaks no page", async () => {
  const tenantId = randomUUID();
  for (const [id, fields] of damagedOf(tenantId)) {
    await it.client.doc(`operations/${id}`).set(fields);
  }
  const whole = await write(recordOf(tenantId, { generation: 2, created_at: at(9) }));
  const places = ["1.3", "1.2", "1.1"].map((place) => `${tenantId}.${place}`);
  for (const limit of [1, 2, 100]) {
    assert.equal(await idsOn(`/tenants/${tenantId}/operations`, limit), [whole, ...places]);
    assert.equal(await idsOn("/operations", limit), [whole, ...places]);
  }
  for (const id of places) {
    const { status, body } = await it.call("GET", `/tenants/${tenantId}/operations/${id}`);
    assert.equal([status, body["state"], body["steps"]], [200, null, []], id);
  }
});

test("what is no operation is passed over, and costs nobody a place on a page", async () => {
  const tenantId = randomUUID();
  const strange = recordOf(tenantId, { created_at: at(5) });
  const ids = ["x", "y z", `${tenantId}.1`, `${tenantId}.01.1`, `${randomUUID()}.1.1`];
  for (const id of ids) await it.client.doc(`operations/${id}`).set({ ...strange });
  const undated = `${tenantId}.9.9`;
  await it.client.doc(`operations/${undated}`).set({ ...strange, created_at: "today" });
  const expected = [
    await write(recordOf(tenantId, { generation: 3, created_at: at(9) })),
    await write(recordOf(tenantId, { generation: 2, created_at: at(5) })),
    await write(recordOf(tenantId, { generation: 1, created_at: at(1) })),
  ];
  for (const limit of [1, 2, 3, 100]) {
    assert.equal(await idsOn(`/tenants/${tenantId}/operations`, limit), expected, String(limit));
    assert.equal(await idsOn("/operations", limit), expected, String(limit));
  }
  // It is in no list, and can be read all the same.
  const { status } = await it.call("GET", `/tenants/${tenantId}/operations/${undated}`);
  assert.is(status, 200);
});

/** What a 202 says of its operation. */
function namedIn({ status, body, headers }: Answer): unknown[] {
  return [status, body["operation"], headers.get("location")];
}

test("an accepted command names its operation, and where to read it", async () => {
  const body = { organization: "Acme", subdomain: "named", email: "a@named.example" };
  const created = await it.call("POST", "/tenants", { body });
  const id = String(created.body["id"]);
  assert.equal(namedIn(created), [201, `${id}.1.1`, `/tenants/${id}`]);

  const operation = (generation: number, attempt: number) => {
    const op = `${id}.${generation}.${attempt}`;
    return [202, op, `/tenants/${id}/operations/${op}`];
  };
  const headers = { "Idempotency-Key": randomUUID() };
  const first = await it.call("DELETE", `/tenants/${id}`, { headers });
  assert.equal(namedIn(first), operation(2, 1));
  const repeated = await it.call("DELETE", `/tenants/${id}`, { headers });
  assert.equal(namedIn(repeated), operation(2, 1));
  const again = await it.call("DELETE", `/tenants/${id}`);
  assert.equal(namedIn(again), operation(2, 1), "nobody has begun it yet");

  const second = { ...OPERATION, kind: "drop", generation: 2, attempt: 4 };
  await it.client.doc(`tenants/${id}`).update({ "status.operation": second });
  assert.equal(namedIn(await it.call("DELETE", `/tenants/${id}`)), operation(2, 4));
  assert.equal(namedIn(await it.call("DELETE", `/tenants/${id}`, { headers })), operation(2, 1));
});

test("what was requested already is named by the attempt that it came to", async () => {
  const done = { ...OPERATION, attempt: 2, slot: null, slot_at: null, deadline_at: null };
  const { id } = await writeTenant({ status: { ...ACTIVE.status, operation: done } });
  const resumed = await it.call("POST", `/tenants/${id}/resume`);
  assert.is(resumed.body["message"], "Already requested.");
  assert.equal(namedIn(resumed), [202, `${id}.1.2`, `/tenants/${id}/operations/${id}.1.2`]);
  const suspended = await it.call("POST", `/tenants/${id}/suspend`);
  assert.equal(namedIn(suspended), [202, `${id}.2.1`, `/tenants/${id}/operations/${id}.2.1`]);
});

test("a retry is an operation of its own", async () => {
  const failed = { ...FAILURE, phase: "failed", observed_generation: 1 } as const;
  const { id } = await writeTenant({ status: failed });
  const retried = await it.call("POST", `/tenants/${id}/retry`);
  assert.equal(namedIn(retried), [202, `${id}.2.1`, `/tenants/${id}/operations/${id}.2.1`]);
});

const OPERATION: Operation = {
  kind: "suspend",
  generation: 1,
  attempt: 1,
  first_attempt: 1,
  started_at: NOW,
  slot: 3,
  slot_at: at(2),
  deadline_at: at(600),
};

test("a settled tenant's status says that nothing is under way, and costs one read", async () => {
  const { id } = await writeTenant(ACTIVE);
  it.proxy.calls.length = 0;
  const { body } = await it.call("GET", `/tenants/${id}/status`);
  assert.is(body["operation"], null);
  assert.equal(it.proxy.calls, ["BatchGetDocuments"]);
});

test("a running operation is estimated by the last hundred of its kind, which are read once", async () => {
  const { id } = await writeTenant({
    status: { operation: { ...OPERATION, kind: "create" }, step: "new-site", step_since: at(9) },
  });
  const writer = it.client.bulkWriter();
  for (let index = 0; index < 120; index++) {
    // The 20 oldest took an hour; the others as many seconds as their place among them.
    const took = index < 20 ? 3600 : index - 19;
    const record = recordOf(randomUUID(), { created_at: at(index), ended_at: at(1 + took) });
    void writer.set(it.client.doc(`operations/${record.tenant_id}.1.1`), { ...record });
  }
  for (const more of [{ state: "failed" as const }, { kind: "drop" }, { slot_at: null }]) {
    const record = recordOf(randomUUID(), { created_at: at(-9), ended_at: at(9_999), ...more });
    void writer.set(it.client.doc(`operations/${record.tenant_id}.1.1`), { ...record });
  }
  await writer.close();
  it.proxy.calls.length = 0;
  const shown = await eventually("the estimate is there", async () => {
    const { body } = await it.call("GET", `/tenants/${id}/status`);
    const operation = body["operation"] as Record<string, unknown>;
    return operation["estimate"] === null ? null : operation;
  });
  assert.equal(shown, {
    id: `${id}.1.1`,
    kind: "create",
    state: "running",
    step: "new-site",
    step_since: "2026-11-29T12:00:09.000Z",
    started_at: "2026-11-29T12:00:02.000Z",
    estimate: { p50_seconds: 50, p95_seconds: 95, sample: 100 },
  });
  await it.call("GET", `/tenants/${id}/status`);
  assert.is(it.proxy.calls.filter((rpc) => rpc === "RunQuery").length, 1);
});

test("a status is answered without an estimate where that cannot be read, which is logged", async () => {
  const { id } = await writeTenant({ status: { ...ACTIVE.status, operation: OPERATION } });
  await it.client.doc(`tenants/${id}`).update({ "status.observed_generation": 0 });
  it.proxy.injectFault({ rpc: "RunQuery", page: 404 });
  const warnings = () => it.logLines().filter(({ message }) => message === "EstimateNotRead");
  const ask = async () => {
    const { status, body } = await it.call("GET", `/tenants/${id}/status`);
    assert.is(status, 200);
    return (body["operation"] as Record<string, unknown>)["estimate"];
  };
  assert.is(await ask(), null);
  await eventually("the warning is there", async () => warnings()[0] ?? null);
  for (let again = 0; again < 3; again++) assert.is(await ask(), null);
  assert.equal(
    warnings().map(({ severity, kind }) => [severity, kind]),
    [["WARNING", "suspend"]],
  );
});

test("who asked is on record by the name of their key, with the request's id", async () => {
  const body = { organization: "Acme", subdomain: "asked", email: "a@asked.example" };
  const headers = { "X-Request-ID": "frontend-7" };
  const { id, operation } = (await it.call("POST", "/tenants", { body, headers })).body;
  const shown = (await it.call("GET", `/tenants/${String(id)}/operations/${String(operation)}`))
    .body;
  assert.equal(
    [shown["requested_by"], shown["request_id"], shown["kind"], shown["state"]],
    ["key:testbed", "frontend-7", "create", "queued"],
  );
});

test.run();
