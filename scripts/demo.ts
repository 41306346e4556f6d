/**
 * `npm run demo`: three tenants' lives on a stack of its own. One of them fails on purpose. Ends with
 * 0 only if everything ended as it should.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createProgress } from "./local/progress.ts";
import type { Progress } from "./local/progress.ts";
import { freePorts } from "./local/loopback-ports.ts";
import { runOnStack } from "./local/run-command.ts";
import type { Stack } from "./local/local-stack.ts";
import { siteDirectory } from "./local/volume.ts";

const TENANTS = [
  { organization: "Acme Corporation", subdomain: "acme", email: "office@acme.example" },
  { organization: "Globex", subdomain: "globex", email: "office@globex.example" },
  { organization: "Initech", subdomain: "initech", email: "office@initech.example" },
] as const;

/** It fails at this step, and must say so. */
const FAILING = { subdomain: "initech", step: "install-app" } as const;

/** A tenant that has not come to an end by then never will. */
const TIMEOUT_SECONDS = 120;

const POLL_MILLISECONDS = 200;

if (process.argv.includes("--help")) {
  console.log(
    "npm run demo\n\nStarts the whole system, makes three tenants at once, of which one fails on purpose, " +
      "deletes them again,\nand ends with 0 only if everything ended as it should. It takes no options.",
  );
} else {
  await run();
}

async function run(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-demo-"));
  process.once("exit", (code) => {
    if (code === 0) rmSync(directory, { recursive: true, force: true });
    else console.error(`what the demo left is in ${directory}`);
  });
  const [port] = await freePorts(1);
  const env = {
    ...process.env,
    PORT: String(port),
    LOCAL_BENCH_FAULTS: [process.env["LOCAL_BENCH_FAULTS"], `${FAILING.subdomain}:${FAILING.step}`]
      .filter(Boolean)
      .join(","),
  };
  console.log("starting the stack …");
  await runOnStack({ directory, env, codeWhenInterrupted: 130 }, async (stack) => {
    const failures = await demo(stack);
    for (const failure of failures) console.error(`not as it should be: ${failure}`);
    if (failures.length > 0) return 1;
    console.log("all three ended as they should");
    return 0;
  });
}

interface Api {
  call: (method: string, path: string, body?: unknown) => Promise<Answer>;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Everything that was not as it should be, in sentences. */
async function demo(stack: Stack): Promise<string[]> {
  const api = apiOf(stack);
  const progress = createProgress(
    process.stdout,
    TENANTS.map(({ subdomain }) => subdomain),
  );
  const results = await Promise.all(
    TENANTS.map((tenant) => life(tenant, { api, progress, stack })),
  );
  return results.flat();
}

async function life(
  tenant: (typeof TENANTS)[number],
  { api, progress, stack }: { api: Api; progress: Progress; stack: Stack },
): Promise<string[]> {
  const { subdomain } = tenant;
  const failures: string[] = [];
  const created = await api.call("POST", "/tenants", tenant);
  if (created.status !== 201) return [`POST for ${subdomain} was answered ${created.status}`];
  const path = `/tenants/${String(created.body["id"])}`;
  progress.show(subdomain, "queued");

  const site = siteDirectory(stack.volume, String(created.body["id"]));
  const made = await until(["active", "failed"], { api, progress, path, subdomain });
  const isMeantToFail = subdomain === FAILING.subdomain;
  const wanted = isMeantToFail ? "failed" : "active";
  if (made["status"] !== wanted) {
    failures.push(`${subdomain} is ${String(made["status"])} and not ${wanted}`);
  }
  if (isMeantToFail && made["step"] !== FAILING.step) {
    failures.push(`${subdomain} failed at ${String(made["step"])} and not at ${FAILING.step}`);
  }
  if (isMeantToFail && !String(made["error_message"]).includes(FAILING.step)) {
    failures.push(`${subdomain} does not say why it failed`);
  }
  if (!existsSync(site)) failures.push(`there is no ${site}`);

  const deleted = await api.call("DELETE", path);
  if (deleted.status !== 202) failures.push(`DELETE of ${subdomain}: ${deleted.status}`);
  const ended = await until(["gone"], { api, progress, path, subdomain });
  if (ended["status"] !== "gone")
    failures.push(`${subdomain} is ${String(ended["status"])} and not gone`);
  if (existsSync(site)) failures.push(`${site} is still there`);
  return failures;
}

/** Watches a tenant until it has one of these statuses. A tenant that is not there is `gone`. */
async function until(
  statuses: string[],
  watch: { api: Api; progress: Progress; path: string; subdomain: string },
): Promise<Record<string, unknown>> {
  const deadline = Date.now() + TIMEOUT_SECONDS * 1000;
  for (;;) {
    const answer = await watch.api.call("GET", `${watch.path}/status`);
    const seen = answer.status === 404 ? { status: "gone" } : answer.body;
    watch.progress.show(watch.subdomain, describe(seen));
    if (statuses.includes(String(seen["status"])) || Date.now() > deadline) return seen;
    await sleep(POLL_MILLISECONDS);
  }
}

function describe(seen: Record<string, unknown>): string {
  const status = String(seen["status"]);
  if (status === "active") return `active at ${String(seen["site_url"])}`;
  if (status === "failed")
    return `failed at ${String(seen["step"])}: ${String(seen["error_message"])}`;
  if (typeof seen["error_message"] === "string")
    return `${status}, tried again after: ${seen["error_message"]}`;
  return status;
}

function apiOf({ urls, apiKey }: Stack): Api {
  return {
    async call(method, path, body) {
      const response = await fetch(`${urls.api}${path}`, {
        method,
        headers: { "X-API-Key": apiKey, "Content-Type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer["body"] };
    },
  };
}
