import { suite } from "uvu";
import * as assert from "uvu/assert";
import { expand } from "../scripts/local/cluster/container.ts";
import { findStrangers } from "../tests/strict-manifest.ts";
import { literal, siteJob, siteSecret } from "./manifests.ts";
import { newTenant } from "./tenant.ts";
import type { JobKind, Operation } from "./tenant.ts";

const test = suite("manifests");

const NOW = new Date("2026-11-24T12:00:00Z");
const tenant = newTenant(
  {
    id: "0c16443d-3d8e-4c0d-b43c-ac1174140611",
    wishId: "w1",
    organization: `It's "$(DB_PASSWORD)" & $$ Söhne`,
    subdomain: "acme",
    email: "o'neil+$(SITE)@acme.example",
  },
  NOW,
);
const settings = {
  namespace: "frappe",
  baseDomain: "kairos.app",
  frappeImage: "frappe/erpnext:v16.32.3",
  frappeApps: ["erpnext", "hrms"],
  databaseHost: "mariadb",
  databasePort: 3306,
  scripts: { create: 'echo "$(date)" $$ "$SITE"', drop: "true" },
};
const jobOf = (kind: JobKind) => {
  const operation: Operation = { kind, generation: 7, attempt: 2, started_at: NOW };
  return siteJob(tenant, operation, settings);
};
const secret = siteSecret(
  tenant.id,
  { database: "database-secret", administrator: "administrator-secret" },
  settings,
);

for (const kind of ["create", "drop"] as const) {
  test(`the Job ${kind} has no field that the Kubernetes client would drop`, () => {
    assert.equal(findStrangers(jobOf(kind), "V1Job"), []);
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

test("Kubernetes repeats nothing unseen, and a Job's Pod gets no token of the cluster", () => {
  const { spec } = jobOf("create");
  assert.is(spec?.backoffLimit, 0);
  assert.is(spec?.template.spec?.restartPolicy, "Never");
  assert.is(spec?.template.spec?.automountServiceAccountToken, false);
});

test("passwords come from Secrets and stand in no Job", () => {
  for (const kind of ["create", "drop"] as const) {
    for (const { name, value, valueFrom } of environmentOf(kind)) {
      if (/PASSWORD/.test(name)) {
        assert.is(value, undefined, name);
        assert.ok(valueFrom?.secretKeyRef, name);
      }
    }
  }
});

test("after Kubernetes' own expansion, script and values are exactly what was meant", () => {
  const env: Record<string, string> = { DB_PASSWORD: "stolen", date: "stolen" };
  for (const { name, value } of environmentOf("create")) {
    if (value !== undefined) env[name] = expand(value, env);
  }
  assert.is(env["ORGANIZATION"], tenant.organization);
  assert.is(env["TENANT_EMAIL"], tenant.email);
  assert.is(env["SITE"], "acme.kairos.app");
  assert.is(env["APPS"], "erpnext hrms");
  const script = jobOf("create").spec?.template.spec?.containers[0]?.args?.[2] ?? "";
  assert.is(expand(script, env), settings.scripts.create);
});

test("any text survives the expansion", () => {
  for (const text of [
    "",
    "$",
    "$$",
    "$$$",
    "$(A)",
    "$$(A)",
    "$$$(A)",
    "$((1 + 2))",
    "a$b$(",
    "$)",
  ]) {
    assert.is(expand(literal(text), { A: "expanded" }), text);
  }
});

function environmentOf(kind: JobKind) {
  return jobOf(kind).spec?.template.spec?.containers[0]?.env ?? [];
}

test.run();
