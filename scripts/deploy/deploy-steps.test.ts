/** The steps of a deployment, with fakes of Terraform, Google and the deployed API. */
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePorts } from "../local/loopback-ports.ts";
import { describeCertificate } from "./wildcard-certificate.ts";
import type { Certificate } from "./wildcard-certificate.ts";
import { deploy } from "./deploy-steps.ts";
import type { Deployment } from "./deploy-steps.ts";
import type { ReadResource } from "./google.ts";
import { DeployProblem } from "./deploy-error.ts";
import { openTerraform } from "./terraform-command.ts";

const test = suite("deploy");

const directory = mkdtempSync(join(tmpdir(), "kairos-deploy-"));
const calls = join(directory, "calls");

let api: Server;
let apiUrl: string;
/** What the API answers, by path. */
let answers: Record<string, [status: number, body: object]>;

test.before(async () => {
  api = createServer((request, response) => {
    const [status, body] = answers[request.url ?? ""] ?? [404, {}];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    api.listen(0, "127.0.0.1", resolve);
  });
  apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
test.before.each(() => {
  writeFileSync(calls, "");
  answers = {
    "/": [200, { version: "1.2.3" }],
    "/health": [200, {}],
    "/openapi.json": [200, {}],
    "/tenants": [401, {}],
  };
});
test.after(() => {
  api.close();
  rmSync(directory, { recursive: true, force: true });
});

/** A terraform that notes how it is called and gives these outputs; at one command it fails, so many times. */
function fakeProgram(outputs: object, failingCommand = "", times = 100): string {
  const program = join(directory, "terraform");
  const failures = join(directory, "failures");
  writeFileSync(failures, "");
  writeFileSync(
    program,
    `#!/bin/bash
echo "terraform $*" >>"${calls}"
if [[ $1 == "${failingCommand}" ]] && (($(wc -l <"${failures}") < ${times})); then
  echo >>"${failures}"
  exit 3
fi
[[ $1 == output ]] && echo '${JSON.stringify(outputs)}'
exit 0
`,
  );
  chmodSync(program, 0o755);
  return program;
}

const value = <T>(of: T) => ({ value: of });
const outputs = () => ({
  api_url: value(apiUrl),
  api_is_public: value(true),
  base_domain: value("sites.example"),
  name_servers: value(["ns1.example.", "ns2.example."]),
  certificate: value("projects/p/locations/global/certificates/sites"),
  database: value("projects/p/databases/(default)"),
  deletion_trigger: value("projects/p/locations/l/triggers/cleanup"),
  event_trigger: value("projects/p/locations/l/triggers/publish"),
});

const ACTIVE: Certificate = { managed: { state: "ACTIVE" } };
const CERTIFICATE =
  "https://certificatemanager.googleapis.com/v1/projects/p/locations/global/certificates/sites";
const DATABASE = "https://firestore.googleapis.com/v1/projects/p/databases/(default)";
const TRIGGER = "https://eventarc.googleapis.com/v1/projects/p/locations/l/triggers/cleanup";
const EVENT_TRIGGER = "https://eventarc.googleapis.com/v1/projects/p/locations/l/triggers/publish";

/** What Google says of each resource, by its address. */
function google(changes: Record<string, () => object> = {}): ReadResource {
  const resources: Record<string, () => object> = {
    [CERTIFICATE]: () => ACTIVE,
    [DATABASE]: () => ({ createTime: "2026-01-01T00:00:00.5Z" }),
    [TRIGGER]: () => ({ createTime: "2026-01-01T00:10:00.123456789Z" }),
    [EVENT_TRIGGER]: () => ({ createTime: "2026-01-01T00:10:00.123456789Z" }),
    ...changes,
  };
  return <T>(url: string) => Promise.resolve(resources[url]?.() as T);
}

async function run(changes: Partial<Deployment> & { program?: string } = {}) {
  const { program = fakeProgram(outputs()), ...rest } = changes;
  const said: string[] = [];
  let problem: DeployProblem | null = null;
  try {
    await deploy({
      build: () => {
        appendFileSync(calls, "build\n");
        return Promise.resolve();
      },
      controlPlane: openTerraform(directory, program),
      cluster: null,
      planFile: "/plan",
      confirm: () => Promise.resolve(true),
      readGoogle: google(),
      version: "1.2.3",
      report: (line) => said.push(line),
      retrySeconds: 0,
      timeoutSeconds: 0,
      pollSeconds: 0,
      ...rest,
    });
  } catch (error) {
    if (!(error instanceof DeployProblem)) throw error;
    problem = error;
  }
  const called = readFileSync(calls, "utf8").trim().split("\n");
  return { said, called, problem: problem?.message ?? null };
}

test("builds, plans, applies exactly that plan, tests and waits", async () => {
  const { said, called, problem } = await run();
  assert.is(problem, null);
  assert.equal(called, [
    "build",
    "terraform init -input=false",
    "terraform plan -input=false -out=/plan",
    "terraform apply -input=false /plan",
    "terraform output -json",
  ]);
  assert.is(said.at(-1), `deployed: ${apiUrl}`);
});

test("what is inside the cluster is planned and applied after the control plane", async () => {
  const program = fakeProgram(outputs());
  const { called, problem } = await run({ program, cluster: openTerraform(directory, program) });
  assert.is(problem, null);
  assert.equal(called.slice(-4), [
    "terraform output -json",
    "terraform init -input=false",
    "terraform plan -input=false -out=/plan",
    "terraform apply -input=false /plan",
  ]);
});

test("an apply that fails is planned and tried again, and that is said", async () => {
  const { said, called, problem } = await run({ program: fakeProgram(outputs(), "apply", 2) });
  assert.is(problem, null);
  assert.is(called.filter((line) => line.startsWith("terraform plan")).length, 3);
  assert.is(said.filter((line) => line.includes("terraform apply ended with 3")).length, 2);
});

test("an apply that fails is not tried again where the next plan is not confirmed", async () => {
  const confirmations = [true, false];
  const { called, problem } = await run({
    program: fakeProgram(outputs(), "apply"),
    confirm: () => Promise.resolve(confirmations.shift() ?? false),
  });
  assert.is(problem, "The plan was not applied.");
  assert.is(called.filter((line) => line.startsWith("terraform apply")).length, 1);
});

test("an API for some callers only is well when Cloud Run lets no stranger in", async () => {
  const program = fakeProgram({ ...outputs(), api_is_public: value(false) });
  assert.match((await run({ program })).problem ?? "", "answered 200 to a stranger, and not 403");
  answers["/"] = [403, {}];
  assert.is((await run({ program })).problem, null);
});

test("a plan that is not confirmed is not applied", async () => {
  const { called, problem } = await run({ confirm: () => Promise.resolve(false) });
  assert.is(problem, "The plan was not applied.");
  assert.not(called.some((line) => line.includes("apply")));
});

for (const command of ["init", "plan", "apply"]) {
  test(`a terraform ${command} that fails is the end`, async () => {
    const { called, problem } = await run({ program: fakeProgram(outputs(), command) });
    assert.match(problem ?? "", `terraform ${command} ended with 3`);
    assert.match(called.at(-1) ?? "", `terraform ${command}`);
  });
}

test("a missing terraform is named", async () => {
  const { problem } = await run({ program: join(directory, "nowhere") });
  assert.match(problem ?? "", /^Terraform is missing/);
});

test("outputs that are not there are named", async () => {
  const { api_url } = outputs();
  const { problem } = await run({ program: fakeProgram({ api_url }) });
  assert.match(
    problem ?? "",
    "lack api_is_public, base_domain, name_servers, certificate, database, deletion_trigger, event_trigger",
  );
});

test("a build that fails is the end", async () => {
  const build = () => Promise.reject(new DeployProblem("not built"));
  const { called, problem } = await run({ build });
  assert.equal([called, problem], [[""], "not built"]);
});

test("an API that comes late is waited for", async () => {
  const ready = answers;
  answers = {};
  const report = () => {
    answers = ready;
  };
  assert.is((await run({ report, timeoutSeconds: 60 })).problem, null);
});

for (const [sentence, path, answer, said] of [
  [
    "an older version",
    "/",
    [200, { version: "1.2.2" }],
    "answers as version 1.2.2, and not as 1.2.3",
  ],
  ["an API that is not well", "/health", [503, {}], "/health answered 503, and not 200"],
  ["an API that lets anybody in", "/tenants", [200, {}], "/tenants answered 200, and not 401"],
] as const) {
  test(`${sentence} is no success`, async () => {
    const program = fakeProgram(outputs());
    answers[path] = [answer[0], answer[1]];
    assert.match((await run({ program })).problem ?? "", said);
  });
}

test("an API that does not answer is no success", async () => {
  const [closed = 0] = await freePorts(1);
  const program = fakeProgram({ ...outputs(), api_url: value(`http://127.0.0.1:${closed}`) });
  assert.match((await run({ program })).problem ?? "", "does not answer");
});

test("what the certificate waits for is said, once for each news, with what is to be done", async () => {
  const states = ["PROVISIONING", "PROVISIONING", "FAILED", "ACTIVE"];
  const readGoogle = google({
    [CERTIFICATE]: () => ({ managed: { state: states.shift() ?? "ACTIVE" } }),
  });
  const { said, problem } = await run({ readGoogle, timeoutSeconds: 60 });
  assert.is(problem, null);
  const waits = said.filter((line) => line.startsWith("waiting: "));
  assert.is(waits.length, 2);
  assert.match(waits[0] ?? "", /PROVISIONING\. Delegate sites\.example with NS records to ns1/);
  assert.match(waits[1] ?? "", /FAILED/);
});

test("a certificate that does not come is no success, and all else is done", async () => {
  const readGoogle = google({ [CERTIFICATE]: () => ({ managed: { state: "PROVISIONING" } }) });
  const { problem } = await run({ readGoogle });
  assert.match(problem ?? "", /PROVISIONING[\s\S]*run npm run deploy again later/);
});

test("a trigger that is older than its database is told, with what makes it anew", async () => {
  const readGoogle = google({ [DATABASE]: () => ({ createTime: "2026-03-01T00:00:00Z" }) });
  const { problem } = await run({ readGoogle });
  assert.match(problem ?? "", "it was restored, and the trigger delivers nothing");
  assert.match(problem ?? "", `-replace='google_cloudfunctions2_function.this["cleanup"]'`);
});

test("and so is the other trigger", async () => {
  const old = { [EVENT_TRIGGER]: () => ({ createTime: "2025-12-31T00:00:00Z" }) };
  const { problem } = await run({ readGoogle: google(old) });
  assert.match(problem ?? "", "The trigger of publish is of 2025-12-31T00:00:00Z");
  assert.match(problem ?? "", `-replace='google_cloud_run_v2_service_iam_member.push["publish"]'`);
});

test("a trigger of which Google does not say how old it is, is no success", async () => {
  const { problem } = await run({ readGoogle: google({ [TRIGGER]: () => ({}) }) });
  assert.match(problem ?? "", "does not say how old projects/p/locations/l/triggers/cleanup or");
});

test("a state in a bucket is found by the file that names it", async () => {
  const file = join(directory, "backend.hcl");
  writeFileSync(file, 'bucket = "states"\n');
  try {
    const { called } = await run();
    assert.ok(called.includes("terraform init -input=false -backend-config=backend.hcl"));
  } finally {
    rmSync(file);
  }
});

test("a certificate is described by its state and by what each domain lacks", () => {
  const authorizationAttemptInfo = [
    { domain: "*.sites.example", state: "FAILED", details: "no CNAME" },
    { domain: "sites.example", state: "AUTHORIZED" },
  ];
  assert.equal(
    describeCertificate({ managed: { state: "PROVISIONING", authorizationAttemptInfo } }),
    {
      isActive: false,
      says: "PROVISIONING; *.sites.example FAILED (no CNAME); sites.example AUTHORIZED",
    },
  );
  assert.equal(describeCertificate({}), { isActive: false, says: "UNKNOWN" });
});

test.run();
