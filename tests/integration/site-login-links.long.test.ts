/** What the site Jobs make of a login link, on the fake bench. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newTenant, withChanges, withLoginLink } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { REQUESTER } from "../testkit/requester.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("login links of sites");

const ID = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
const ACME = tenantNamed("acme", ID);
const OFFICE = "office@acme.example";

let bench: SiteBench;
test.before.each(() => {
  bench = createSiteBench();
});
test.after.each(() => bench.remove());

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");
const newKey = () => randomBytes(32).toString("base64url");

/** The tenant when a link with this key is asked for. */
function asking(key: string, user = OFFICE, tenant = ACME): Tenant {
  const link = { key_hash: hashOf(key), user };
  return withChanges(tenant, { spec: withLoginLink(tenant.spec.requests, link) });
}

/** A tenant whose link was asked for with it. */
function madeAsking(key: string): Tenant {
  const wanted = { organization: "Acme", subdomain: "acme", email: "Office@Acme.example" };
  const made = { id: ID, commandId: "w", requestedBy: REQUESTER, loginKeyHash: hashOf(key) };
  return newTenant({ ...made, ...wanted }, new Date(0));
}

interface UserFields {
  reset_password_key?: string;
  last_reset_password_key_generated_on?: string;
  enabled?: number;
}

const fieldsFile = () => join(bench.site(ACME), "user_fields.json");

function fieldsOf(user: string): UserFields {
  if (!existsSync(fieldsFile())) return {};
  const all = JSON.parse(readFileSync(fieldsFile(), "utf8")) as Record<string, UserFields>;
  return all[user] ?? {};
}

const setLink = (tenant: Tenant, generation = 2, env = {}) =>
  bench.run({ kind: "login-link", tenant, generation, env });

test("the site has the hash of the key, and the time", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const key = newKey();
  const before = Date.now();
  const { status, message, output } = await setLink(asking(key));
  assert.is(status, 0, output);
  assert.is(message, null);
  const { reset_password_key, last_reset_password_key_generated_on } = fieldsOf(OFFICE);
  assert.is(reset_password_key, hashOf(key));
  const at = Date.parse(`${last_reset_password_key_generated_on?.replace(" ", "T")}Z`);
  assert.ok(at >= before && at <= Date.now(), last_reset_password_key_generated_on);
  assert.not(output.includes(OFFICE), "what it prints names nobody");
});

test("a newer link takes the place of an older one", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const [older, newer] = [newKey(), newKey()];
  assert.is((await setLink(asking(older))).status, 0);
  assert.is((await setLink(asking(newer), 3)).status, 0);
  assert.is(fieldsOf(OFFICE).reset_password_key, hashOf(newer));
});

for (const [sentence, user, fields] of [
  ["a user that the site does not have", "ada@acme.example", {}],
  ["a user who is disabled", OFFICE, { [OFFICE]: { enabled: 0 } }],
] as const) {
  test(`${sentence} gets no link, for good, and nothing is changed`, async () => {
    await bench.run({ kind: "create", tenant: ACME });
    writeFileSync(fieldsFile(), JSON.stringify(fields));
    const { status, message, output } = await setLink(asking(newKey(), user));
    assert.is(status, 66);
    assert.equal(message, {
      step: "set-login-key",
      reason: "the site has no such user, or the user is disabled",
      code: "UserNotFound",
    });
    assert.equal(JSON.parse(readFileSync(fieldsFile(), "utf8")), fields);
    assert.not(output.includes(user), "what it prints names nobody");
  });
}

test("a site that somebody made by hand, or none at all, gets no link", async () => {
  assert.is((await setLink(asking(newKey()))).status, 65);
  mkdirSync(bench.site(ACME));
  writeFileSync(join(bench.site(ACME), ".provisioned"), "");
  const before = bench.snapshot();
  assert.is((await setLink(asking(newKey()))).status, 65);
  assert.equal(bench.snapshot(), before);
});

test("a link that comes late, after a newer operation or a drop, is not set", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  await bench.run({ kind: "suspend", tenant: ACME, generation: 3 });
  await bench.run({ kind: "resume", tenant: ACME, generation: 4 });
  assert.is((await setLink(asking(newKey()), 2)).status, 67);
  assert.equal(fieldsOf(OFFICE), {});
  await bench.run({ kind: "drop", tenant: ACME, generation: 5 });
  assert.is((await setLink(asking(newKey()), 6)).status, 67);
});

test("it runs the apps' code, and has no administrator's credentials", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const printing = join(bench.directory, "scratch", "printing.sh");
  writeFileSync(
    printing,
    '[[ $0 != *env/bin/python ]] || echo "it has $(compgen -e | grep DB_)"\n',
  );
  const { output } = await setLink(asking(newKey()), 2, { BASH_ENV: printing });
  assert.match(output, /it has DB_/);
  assert.not.match(output, "DB_ROOT");
});

test("an outage of the database is told from a user who is not there", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  const away = `${bench.databases}-away`;
  renameSync(bench.databases, away);
  const { status, message } = await setLink(asking(newKey()));
  assert.is(status, 1);
  assert.is(message?.code, "DatabaseUnavailable");
  renameSync(away, bench.databases);
});

test("a damaged site_config.json is repaired first", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  writeFileSync(join(bench.site(ACME), "site_config.json"), "");
  const key = newKey();
  const { status, output } = await setLink(asking(key));
  assert.is(status, 0, output);
  assert.is(fieldsOf(OFFICE).reset_password_key, hashOf(key));
});

test("a create sets the link that was asked for with the tenant, also where the site is made already", async () => {
  const [first, second] = [newKey(), newKey()];
  const { status, output } = await bench.run({ kind: "create", tenant: madeAsking(first) });
  assert.is(status, 0, output);
  assert.is(fieldsOf(OFFICE).reset_password_key, hashOf(first));
  const again = await bench.run({ kind: "create", tenant: madeAsking(second), attempt: 2 });
  assert.is(again.status, 0, again.output);
  assert.is(fieldsOf(OFFICE).reset_password_key, hashOf(second));
});

test("a create that was asked for no link sets none", async () => {
  await bench.run({ kind: "create", tenant: ACME });
  assert.equal(fieldsOf(OFFICE), {});
});

test("an address that was corrected before or after the user was made is no obstacle to a create's link", async () => {
  const key = newKey();
  const corrected = withParts(madeAsking(key), { profile: { email: "New@Acme.example" } });
  assert.is((await bench.run({ kind: "create", tenant: corrected })).status, 0);
  assert.is(fieldsOf("new@acme.example").reset_password_key, hashOf(key));
  // The site is made already, by an attempt of which nobody heard.
  const next = newKey();
  const later = withParts(madeAsking(next), { profile: { email: "later@acme.example" } });
  const made = withChanges(later, { spec: asking(next, "new@acme.example").spec });
  const { status, output } = await bench.run({ kind: "create", tenant: made, attempt: 2 });
  assert.is(status, 0, output);
  assert.is(fieldsOf("new@acme.example").reset_password_key, hashOf(next));
});

test("the link is proved by its page, and not by that of another", async () => {
  const visits: string[] = [];
  let missing: string | null = null;
  const web = createServer(({ url = "", headers }, response) => {
    visits.push(`${headers.host} ${url}`);
    response.writeHead(url === missing ? 404 : 200).end();
  });
  await new Promise<void>((resolve) => {
    web.listen(0, "127.0.0.1", resolve);
  });
  const env = { BENCH_URL: `http://127.0.0.1:${(web.address() as AddressInfo).port}` };
  try {
    await bench.run({ kind: "create", tenant: ACME });
    assert.is((await setLink(asking(newKey()), 2, env)).status, 0);
    assert.equal(visits, ["acme.kairos.app /update-password"]);
    missing = "/update-password";
    const ended = await setLink(asking(newKey()), 3, { ...env, TIME_LIMIT_SECONDS: "2" });
    assert.is(ended.status, 1);
    assert.is(ended.message?.step, "verify");
  } finally {
    web.close();
  }
});

test.run();
