/** The adapter of Certificate Manager against a fake that is held to the API's discovery document. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DiscoveredCall } from "../../tests/testkit/discovery-document.ts";
import { startFakeCertificateManager } from "../../tests/testkit/fake-certificate-manager.ts";
import type { FakeCertificateManager } from "../../tests/testkit/fake-certificate-manager.ts";
import { AdapterError } from "../platform/errors.ts";
import { openCertificateManager } from "./certificate-manager.ts";
import type { GoogleCredentials } from "../platform/google-rest.ts";
import type { CertificateAction } from "./certificate-manager.ts";
import { resourceId } from "./certificate-resources.ts";

const test = suite("Certificate Manager");

let fake: FakeCertificateManager;
test.before(async () => {
  fake = await startFakeCertificateManager();
});
test.before.each(() => fake.empty());
test.after(() => fake.stop());

const SHOP = "shop.com";
const open = () =>
  openCertificateManager({
    projectId: "my-project",
    certificateMap: "kairos-sites",
    certificateManagerHost: fake.host,
  });

const MAKE: CertificateAction[] = ["createAuthorization", "createCertificate", "createEntry"];
const UNMAKE: CertificateAction[] = ["deleteEntry", "deleteCertificate", "deleteAuthorization"];

async function carryOut(actions: CertificateAction[]): Promise<boolean[]> {
  const done = [];
  for (const action of actions) done.push(await open().carryOut(action, SHOP));
  return done;
}

const NOTHING = { authorization: null, certificate: null, entry: null };
const AUTHORIZATION = {
  record: {
    name: "_acme-challenge.shop.com",
    type: "CNAME",
    data: "1.authorize.certificatemanager.goog",
  },
};

test("makes what a domain needs, and sees what there is", async () => {
  assert.equal(await open().readCertificate(SHOP), NOTHING);
  assert.equal(await carryOut(MAKE), [true, true, true]);
  assert.match(String((await open().readCertificate(SHOP)).authorization?.record?.data), /goog$/);
  assert.equal(
    { ...(await open().readCertificate(SHOP)), authorization: null },
    { ...NOTHING, certificate: { state: "active", issue: null }, entry: { isActive: true } },
  );
  assert.equal(await open().readCertificate("other.com"), NOTHING);
});

test("an authorization says which record its domain's owner has to set", async () => {
  await carryOut(["createAuthorization"]);
  const { authorization } = await open().readCertificate(SHOP);
  const data = authorization?.record?.data ?? "";
  assert.equal(authorization, { record: { ...AUTHORIZATION.record, data } });
  assert.match(data, /^\d+\.authorize\.certificatemanager\.goog$/);
});

test("what is made twice is there once, and what is deleted twice is gone", async () => {
  assert.equal(
    await carryOut([...MAKE, ...MAKE]),
    Array.from({ length: 6 }, () => true),
  );
  assert.is(fake.names().length, 3);
  assert.equal(
    await carryOut([...UNMAKE, ...UNMAKE]),
    Array.from({ length: 6 }, () => true),
  );
  assert.equal(fake.names(), []);
});

async function namesMade(): Promise<string[]> {
  const names = [];
  for await (const { domain, createdAt } of open().listMade()) {
    assert.ok(Math.abs(createdAt.getTime() - Date.now()) < 3_600_000);
    names.push(domain);
  }
  return names;
}

test("finds all that it has made, on whatever page, and nothing of others", async () => {
  const domains = ["a.com", "b.com", "c.com", "d.com", "e.com"];
  for (const domain of domains) {
    for (const action of MAKE) await open().carryOut(action, domain);
  }
  const [somebodys = ""] = fake.resources.keys();
  const others = somebodys.replace(/[^/]+$/, "kairos-sites");
  fake.resources.set(others, { domain: "kairos.app", createTime: new Date().toISOString() });
  assert.equal(await namesMade(), [...domains, ...domains, ...domains]);
});

test("what goes on after the answer is not done yet", async () => {
  fake.behave({ isDone: false });
  assert.equal(await carryOut(MAKE), [false, false, false]);
  assert.equal(await carryOut(UNMAKE), [false, false, false]);
});

test("tells how far a certificate and its entry are, and what is wrong", async () => {
  await carryOut(MAKE);
  const issue = "The fake does not like it.";
  for (const [certificates, expected] of [
    ["PROVISIONING", { state: "provisioning", issue: null }],
    ["FAILED", { state: "failed", issue }],
    ["ACTIVE", { state: "active", issue: null }],
  ] as const) {
    fake.behave({ certificates });
    assert.equal((await open().readCertificate(SHOP)).certificate, expected);
  }
  fake.behave({ entries: "PENDING" });
  assert.equal((await open().readCertificate(SHOP)).entry, { isActive: false });
});

for (const [status, code] of [
  [400, "invalid"],
  [401, "denied"],
  [403, "denied"],
  [429, "unavailable"],
  [500, "unavailable"],
  [503, "unavailable"],
] as const) {
  test(`an answer with the status ${status} is ${code}`, async () => {
    fake.behave({ status });
    for (const ask of [
      () => open().readCertificate(SHOP),
      () => open().carryOut("createEntry", SHOP),
      () => open().carryOut("deleteEntry", SHOP),
    ]) {
      const error: unknown = await ask().catch((thrown: unknown) => thrown);
      assert.instance(error, AdapterError);
      assert.equal(
        [(error as AdapterError).adapter, (error as AdapterError).code],
        ["certificates", code],
      );
      assert.ok((error as AdapterError).cause);
    }
  });
}

test("what does not answer is unavailable", async () => {
  const gone = await startFakeCertificateManager();
  gone.stop();
  const settings = { projectId: "p", certificateMap: "m", certificateManagerHost: gone.host };
  const error: unknown = await openCertificateManager(settings)
    .readCertificate(SHOP)
    .catch((thrown: unknown) => thrown);
  assert.is((error as AdapterError).code, "unavailable");
});

test("an id is a valid one for the longest domain, and each domain has its own", () => {
  const long = `${"a".repeat(60)}.`.repeat(3);
  for (const domain of [SHOP, `${long}com`, "xn--bcher-kva.de"]) {
    assert.match(resourceId(domain), /^[a-z][a-z0-9-]{1,62}$/);
  }
  assert.is.not(resourceId("a.com"), resourceId("b.com"));
});

test("in the cloud the very calls go to the address that the document names", async () => {
  const urls: string[] = [];
  const credentials: GoogleCredentials = {
    async request({ url, timeout }) {
      urls.push(url);
      assert.ok(timeout > 0);
      throw Object.assign(new Error("no"), { status: 404 });
    },
  };
  const settings = { projectId: "p", certificateMap: "m", certificateManagerHost: null };
  await openCertificateManager(settings, credentials).readCertificate(SHOP);
  const location = `${fake.document.rootUrl}v1/projects/p/locations/global`;
  assert.equal(urls, [
    `${location}/dnsAuthorizations/${resourceId(SHOP)}`,
    `${location}/certificates/${resourceId(SHOP)}`,
    `${location}/certificateMaps/m/certificateMapEntries/${resourceId(SHOP)}`,
  ]);
});

test("all that was sent and answered is as the discovery document says, and every method of it was used", async () => {
  fake.called.length = 0;
  await carryOut(MAKE);
  await open().readCertificate(SHOP);
  await namesMade();
  await carryOut(UNMAKE);
  assert.equal([...new Set(fake.called)].toSorted(), fake.document.methods.toSorted());
  assert.equal(fake.faults, []);
});

test("what the document does not know is found out", () => {
  const { document } = fake;
  const parent = "v1/projects/p/locations/global";
  const call = {
    httpMethod: "POST",
    path: `${parent}/certificates`,
    query: { certificateId: "a" },
  };
  const faultsOf = (given: DiscoveredCall) => {
    const judged = document.judge(given);
    return "faults" in judged ? judged.faults : [];
  };
  assert.equal(faultsOf({ ...call, body: { managed: { domains: ["a"] } } }), []);
  for (const [faulty, fault] of [
    [{ ...call, body: { managed: { domain: "a" } } }, "body.managed.domain is not known"],
    [{ ...call, body: { managed: { domains: "a" } } }, "body.managed.domains is no array"],
    [{ ...call, body: { managed: { state: "ACTIVE" } } }, "body.managed.state is for output only"],
    [{ ...call, body: {}, query: {} }, "the parameter certificateId is missing"],
    [
      { ...call, body: {}, query: { certificateId: "a", force: "1" } },
      "the parameter force is not known",
    ],
    [
      { ...call, path: `${parent}/certs`, body: {} },
      "there is no POST v1/projects/p/locations/global/certs",
    ],
  ] as const) {
    assert.equal(faultsOf(faulty), [fault]);
  }
});

test.run();
