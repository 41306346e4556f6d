import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expand } from "../../scripts/local/fake-cluster/container.ts";
import { findStrangers } from "../../tests/testkit/strict-manifest.ts";
import { literal } from "./job-environment.ts";
import { siteJob, siteScripts, siteSecret } from "./job-manifest.ts";
import { readSiteScripts } from "./read-scripts.ts";
import { databaseName, siteName } from "../tenant/names.ts";
import { restoredDatabase } from "../tenant/site-database.ts";
import { newTenant, withChanges } from "../tenant/tenant.ts";
import { OPERATION_KINDS } from "./registry.ts";
import type { OperationKind } from "./registry.ts";
import { siteAt } from "../../tests/testkit/some-site.ts";
import { REQUESTER } from "../../tests/testkit/requester.ts";
import { MAIN_BENCH, UPGRADE_SETTINGS } from "../../tests/testkit/some-bench.ts";

const test = suite("manifests");

/** A call of what loads the apps: bench itself, or the Python that has them. */
const APPS_CODE = /^[^#\n]*\b(bench (new-site|--site)|env\/bin\/python)/m;

const KINDS = OPERATION_KINDS;
const NOW = new Date("2026-11-24T12:00:00Z");
const tenant = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    commandId: "w1",
    requestedBy: REQUESTER,
    organization: `It's "$(DB_PASSWORD)" & $$ Söhne`,
    subdomain: "acme",
    email: "o'neil+$(SITE)@acme.example",
    first_name: 'Ada "$(SITE)"',
    last_name: "O'Neil; $$",
    loginKeyHash: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
  },
  NOW,
);
const settings = {
  namespace: "frappe",
  baseDomain: "kairos.app",
  benches: [{ ...MAIN_BENCH, apps: ["erpnext", "hrms"] }],
  ...UPGRADE_SETTINGS,
  databaseHost: "mariadb",
  databasePort: 3306,
  databaseTls: "default" as const,
  databaseCa: null,
  routerUrl: null,
  backupBucket: null,
  backupEndpoint: "https://storage.googleapis.com",
  scripts: siteScripts(({ name }, kind) =>
    `${kind}/${name}` === "create/site"
      ? 'echo "$(date)" $$ "$SITE"'
      : `# the script of ${kind}/${name}`,
  ),
};
const jobOf = (kind: OperationKind) => {
  return siteJob(tenant, { kind, generation: 7, attempt: 2 }, settings);
};
const podOf = (kind: OperationKind) => {
  const spec = jobOf(kind).spec?.template.spec;
  assert.ok(spec);
  return spec;
};
const containersOf = (kind: OperationKind) => [
  ...(podOf(kind).initContainers ?? []),
  ...podOf(kind).containers,
];
const secret = siteSecret(
  tenant.id,
  { database: "database-secret", administrator: "administrator-secret" },
  settings,
);

for (const kind of KINDS) {
  test(`the Job ${kind} is, whole, as its golden file shows it`, () => {
    const golden = new URL(`${kind}/${kind}-job.golden.json`, import.meta.url);
    const text = `${JSON.stringify(jobOf(kind), null, 2)}\n`;
    // To see what a change of the manifests does: delete the files, run this, and look at the diff.
    if (!existsSync(golden) && process.env["CI"] !== "true") writeFileSync(golden, text);
    assert.fixture(text, readFileSync(golden, "utf8"));
  });

  test(`the Job ${kind} has no field that the Kubernetes client would drop`, () => {
    assert.equal(findStrangers(jobOf(kind), "V1Job"), []);
  });

  test(`the Pod of the Job ${kind} may do nothing that it need not`, () => {
    const pod = podOf(kind);
    assert.is(pod.automountServiceAccountToken, false);
    assert.equal(pod.securityContext?.runAsNonRoot, true);
    assert.equal(pod.securityContext?.runAsUser, 1000);
    assert.equal(pod.securityContext?.seccompProfile, { type: "RuntimeDefault" });
    for (const container of containersOf(kind)) {
      assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
      assert.equal(container.securityContext?.capabilities, { drop: ["ALL"] });
      assert.ok(container.resources?.requests?.["memory"]);
      assert.ok(container.resources?.limits?.["memory"]);
      assert.is(container.terminationMessagePolicy, "FallbackToLogsOnError");
      assert.equal(container.command?.slice(0, 2), ["bash", "-c"]);
      assert.is(container.args, undefined);
    }
  });
}

test("the Secret has no field that the Kubernetes client would drop", () => {
  assert.equal(findStrangers(secret, "V1Secret"), []);
});

test("the walk finds a misspelt field, a wrong type and a wrong list", () => {
  const wrong = {
    metadata: { nam: "x" },
    spec: { backoffLimit: "0", template: { spec: { containers: {} } } },
  };
  assert.equal(findStrangers(wrong, "V1Job"), [
    "V1Job.metadata.nam: unknown field",
    "V1Job.spec.backoffLimit: string and not number",
    "V1Job.spec.template.spec.containers: not a list",
  ]);
});

test("a Job works at the database that was verified last, and a drop begins with the first one", () => {
  const first = databaseName(tenant.id);
  const site = siteAt("acme", { database: restoredDatabase(tenant.id, 5) });
  const restored = withChanges(tenant, { status: { site } });
  const databasesOf = (kind: OperationKind) => {
    const { spec } = siteJob(restored, { kind, generation: 7, attempt: 2 }, settings);
    const { initContainers = [], containers = [] } = spec?.template.spec ?? {};
    return [...initContainers, ...containers].map(
      ({ env = [] }) => env.find(({ name }) => name === "DB_NAME")?.value,
    );
  };
  assert.equal(databasesOf("suspend"), [`${first}r5`]);
  assert.equal(databasesOf("backup"), [`${first}r5`]);
  assert.equal(databasesOf("drop"), [first]);
});

test("a Job names its tenant, kind, generation and attempt, on itself and on its Pods", () => {
  const job = jobOf("create");
  assert.is(job.metadata?.name, `site-${tenant.id}`);
  assert.equal(job.metadata?.labels, {
    "app.kubernetes.io/managed-by": "kairos-control-plane",
    "kairos.app/tenant": tenant.id,
    "kairos.app/kind": "create",
    "kairos.app/generation": "7",
    "kairos.app/attempt": "2",
  });
  assert.equal(job.spec?.template.metadata?.labels, job.metadata?.labels);
});

test("Kubernetes repeats nothing unseen, and stops at once at a final exit code", () => {
  const { spec } = jobOf("create");
  assert.is(spec?.backoffLimit, 0);
  assert.is(spec?.activeDeadlineSeconds, 2400);
  assert.is(spec?.template.spec?.restartPolicy, "Never");
  assert.equal(spec?.podFailurePolicy?.rules[0], {
    action: "FailJob",
    onExitCodes: { operator: "In", values: [65, 66, 67, 68] },
  });
});

test("passwords come from Secrets and stand in no Job", () => {
  for (const kind of KINDS) {
    for (const { env = [] } of containersOf(kind)) {
      for (const { name, value, valueFrom } of env) {
        if (!name.includes("PASSWORD")) continue;
        assert.is(value, undefined, name);
        assert.ok(valueFrom?.secretKeyRef, name);
      }
    }
  }
});

test("the administrator's password is only where none of the apps' code runs", () => {
  const scripts = readSiteScripts();
  const runsApps = (kind: OperationKind, name: string) =>
    APPS_CODE.test(scripts.get(`${kind}/${name}`) ?? "");
  assert.ok(runsApps("create", "site"));
  for (const kind of KINDS) {
    for (const { name, env = [] } of containersOf(kind)) {
      const isAdministrator = env.some((variable) => variable.name === "DB_ROOT_PASSWORD");
      assert.not(isAdministrator && runsApps(kind, name), `${kind}/${name}`);
    }
  }
});

test("after Kubernetes' own expansion, script and values are exactly what was meant", () => {
  const env: Record<string, string> = { DB_PASSWORD: "stolen", date: "stolen" };
  const [site] = podOf("create").containers;
  for (const { name, value } of site?.env ?? []) {
    if (value !== undefined) env[name] = expand(value, env);
  }
  assert.is(env["ORGANIZATION"], tenant.profile.organization);
  assert.is(env["TENANT_EMAIL"], tenant.profile.email);
  assert.is(env["TENANT_FIRST_NAME"], tenant.profile.first_name);
  assert.is(env["TENANT_LAST_NAME"], tenant.profile.last_name);
  assert.is(env["SITE"], siteName(tenant.id));
  assert.is(env["HOST"], "acme.kairos.app");
  assert.is(env["APPS"], "erpnext hrms");
  assert.is(expand(site?.command?.[2] ?? "", env), settings.scripts.get("create/site"));
});

test("any text survives the expansion", () => {
  for (const text of ["", "$", "$$", "$$$", "$(A)", "$$(A)", "$$$(A)", "$((1 + 2))", "a$b$("]) {
    assert.is(expand(literal(text), { A: "expanded" }), text);
  }
});

test.run();
