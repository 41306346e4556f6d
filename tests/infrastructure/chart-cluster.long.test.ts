/**
 * The chart's objects on a real API server, and the Job that brings secrets into it.
 * The Gateway's kinds are Google's to install.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runScript, fakeCluster } from "./chart-script.ts";
import { chartObjects, SEVERAL_BENCHES } from "./chart.ts";
import type { Manifest } from "./chart.ts";
import { findKubeApiserver, startKubeApiserver } from "../testkit/kube-apiserver.ts";
import type { KubeApiserver } from "../testkit/kube-apiserver.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the chart on a real API server");

const { assets, reason } = findKubeApiserver(process.env);
if (assets === null) skip(test, "the chart on a real API server", "kube-apiserver", reason);
else addTests(assets);
test.run();

const NOT_THERE = new Set(["Gateway", "HTTPRoute", "HealthCheckPolicy", "GCPBackendPolicy"]);

/** In the order in which Helm makes them. */
const FIRST = ["Namespace", "ServiceAccount", "ConfigMap", "PersistentVolume"];

function toPlural(kind: string): string {
  return kind === "NetworkPolicy" ? "networkpolicies" : `${kind.toLowerCase()}s`;
}

function addTests(directoryOfBinaries: string): void {
  const root = temporaryDirectory();
  let server: KubeApiserver;
  let objects: Manifest[];

  test.before(async () => {
    server = await startKubeApiserver(directoryOfBinaries);
    objects = chartObjects(SEVERAL_BENCHES)
      .filter(({ kind }) => !NOT_THERE.has(kind))
      .toSorted(({ kind: left }, { kind: right }) => order(left) - order(right));
    for (const object of objects) {
      const { status, body } = await call("POST", pathOf(object), object);
      assert.is(status, 201, `${object.kind} ${object.metadata.name}: ${body}`);
    }
  });
  test.after(async () => {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  const order = (kind: string) => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);

  /** As bytes, past any client that knows better. */
  function call(method: string, path: string, object?: unknown, token: string = server.adminToken) {
    return new Promise<{ status: number; body: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const options = { method, headers, ca: server.certificate };
      const sent = request(`${server.url}${path}`, options, (response) => {
        let body = "";
        response.on("data", (piece: Buffer) => (body += piece.toString()));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body });
        });
      });
      sent.on("error", reject);
      sent.end(object === undefined ? undefined : JSON.stringify(object));
    });
  }

  function pathOf({ apiVersion, kind, metadata }: Manifest): string {
    const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    const within = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    return `${group}${within}/${toPlural(kind)}`;
  }

  test("the API server takes every object, and gives back all that was set", async () => {
    for (const object of objects) {
      const { body } = await call("GET", `${pathOf(object)}/${object.metadata.name}`);
      const lost = findLost(object, JSON.parse(body), `${object.kind} ${object.metadata.name}`);
      assert.equal(lost, []);
    }
    assert.ok(objects.length > 25);
  });

  /** The service account's token, and what a Pod finds where its own is mounted. */
  async function mountAccount(name: string): Promise<{ at: string; token: string }> {
    const account = { namespace: "frappe", name };
    const body = { spec: { audiences: [] } };
    const { status } = await server.core.createNamespacedServiceAccountToken({ ...account, body });
    const token = status?.token ?? "";
    const at = join(root, name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "token"), token);
    writeFileSync(join(at, "ca.crt"), server.certificate);
    return { at, token };
  }

  const PASSWORDS = ["p\"'$ä", "smtp-secret"];
  const GIVEN: Record<string, string> = {
    admin: JSON.stringify({ username: "root", password: PASSWORDS[0] }),
    mail: JSON.stringify({
      mail_server: "smtp.example.com",
      mail_port: 587,
      mail_login: "kairos",
      mail_password: PASSWORDS[1],
      auto_email_id: "sites@example.com",
    }),
  };

  /** Runs the Job's script with what Secret Manager is to answer. Gives what gcloud was asked, too. */
  async function bringSecrets(account: string, given = GIVEN) {
    const directory = mkdtempSync(join(root, "run-"));
    const scratch = join(directory, "scratch");
    mkdirSync(scratch);
    for (const [name, text] of Object.entries(given)) writeFileSync(join(directory, name), text);
    const seen = join(directory, "seen");
    const spy = `printf '%s\\n' "$@" >>${seen}`;
    fakeCluster(directory, "gcloud", `${spy}\ncat ${directory}/"\${4##*/}"`);
    const PATH = fakeCluster(directory, "python3", `${spy}\nPATH=\${PATH#*:} exec python3 "$@"`);
    const { hostname, port } = new URL(server.url);
    const { status, output } = await runScript("secrets.sh", {
      PATH,
      DATABASE_ADMIN: "projects/p/secrets/s/versions/admin",
      MAIL: "projects/p/secrets/s/versions/mail",
      NAMESPACE: "frappe",
      SCRATCH: scratch,
      SERVICE_ACCOUNT_DIRECTORY: (await mountAccount(account)).at,
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    });
    return { status, output, seen: readFileSync(seen, "utf8") };
  }

  async function readSecret(name: string): Promise<Record<string, string>> {
    const { data } = await server.core.readNamespacedSecret({ name, namespace: "frappe" });
    return Object.fromEntries(
      Object.entries(data ?? {}).map(([key, value]) => [
        key,
        Buffer.from(value, "base64").toString(),
      ]),
    );
  }

  test("another service account may not write the secrets", async () => {
    const { status, output } = await bringSecrets("default");
    assert.is(status, 1);
    assert.match(output, /^the cluster refused frappe-database-admin: 403 /m);
  });

  test("the secrets come into the cluster, and on the way into no argument and no output", async () => {
    const { status, output, seen } = await bringSecrets("kairos-secrets");
    assert.is(status, 0, output);
    assert.equal(await readSecret("frappe-database-admin"), {
      username: "root",
      password: PASSWORDS[0],
      version: "projects/p/secrets/s/versions/admin",
    });
    assert.equal(await readSecret("frappe-mail"), {
      mail_server: "smtp.example.com",
      mail_port: "587",
      mail_login: "kairos",
      mail_password: PASSWORDS[1],
      auto_email_id: "sites@example.com",
      version: "projects/p/secrets/s/versions/mail",
    });
    const { token } = await mountAccount("kairos-secrets");
    assert.match(seen, "projects/p/secrets/s/versions/mail");
    for (const secret of [
      ...PASSWORDS,
      token,
      Buffer.from(PASSWORDS[1] ?? "").toString("base64"),
    ]) {
      assert.not.match(output + seen, secret);
    }
  });

  test("a later version replaces the earlier one", async () => {
    const admin = JSON.stringify({ username: "root", password: "next" });
    const { status, output } = await bringSecrets("kairos-secrets", { ...GIVEN, admin });
    assert.is(status, 0, output);
    assert.is((await readSecret("frappe-database-admin"))["password"], "next");
  });

  for (const [what, mail] of [
    ["that is not JSON", "smtp-secret"],
    ["that lacks a key", JSON.stringify({ mail_password: "smtp-secret" })],
    ["with an empty value", GIVEN["mail"]?.replace('"kairos"', '""')],
  ] as [string, string][]) {
    test(`a secret ${what} is refused without being shown`, async () => {
      const before = await readSecret("frappe-mail");
      const { status, output } = await bringSecrets("kairos-secrets", { ...GIVEN, mail });
      assert.is(status, 1);
      assert.match(output, /mail_server, mail_port, mail_login, mail_password, auto_email_id/);
      assert.not.match(output, "smtp-secret");
      assert.equal(await readSecret("frappe-mail"), before);
    });
  }

  test("the service account can neither read these Secrets, nor make or change any other", async () => {
    const { token } = await mountAccount("kairos-secrets");
    const secrets = "/api/v1/namespaces/frappe/secrets";
    const other = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "other", namespace: "frappe" },
    };
    const status = async (method: string, path: string, object?: object) =>
      (await call(method, path, object, token)).status;
    assert.is(await status("GET", secrets), 403);
    assert.is(await status("GET", `${secrets}/frappe-mail`), 403);
    assert.is(await status("DELETE", `${secrets}/frappe-mail`), 403);
    assert.is(await status("POST", secrets, other), 403);
    assert.is(await status("PATCH", `${secrets}/other`, other), 403);
    assert.is(await status("GET", "/api/v1/namespaces/frappe/pods"), 403);
  });
}

/** Where the server has not what was sent, as paths. */
function findLost(sent: unknown, got: unknown, path: string): string[] {
  if (typeof sent === "object" && sent !== null) {
    if (typeof got !== "object" || got === null) {
      // An empty list or map is nothing to the server.
      return Object.keys(sent).length === 0 ? [] : [path];
    }
    return Object.entries(sent).flatMap(([key, value]) =>
      findLost(value, (got as Record<string, unknown>)[key], `${path}.${key}`),
    );
  }
  return sent === got || (isAmount(path) && amount(sent) === amount(got)) ? [] : [path];
}

function isAmount(path: string): boolean {
  return /(memory|storage|cpu|sizeLimit)$/.test(path);
}

/** The server writes 1024Gi as 1Ti. */
function amount(value: unknown): number | null {
  const [, number, unit = ""] = /^(\d+)(Ki|Mi|Gi|Ti|m)?$/.exec(String(value)) ?? [];
  if (number === undefined) return null;
  if (unit === "m") return Number(number) / 1000;
  return Number(number) * 1024 ** ["", "Ki", "Mi", "Gi", "Ti"].indexOf(unit);
}
