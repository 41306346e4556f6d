/**
 * Three tenants' lives, of which one fails on purpose.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { createProgress } from "../local/progress.ts";
import type { Progress } from "../local/progress.ts";
import type { Stack } from "../local/local-stack.ts";
import { siteDirectory } from "../local/volume.ts";
import { apiOf, watch } from "./demo-api.ts";
import type { DemoApi } from "./demo-api.ts";

export const TENANTS = [
  { organization: "Acme Corporation", subdomain: "acme", email: "office@acme.example" },
  { organization: "Globex", subdomain: "globex", email: "office@globex.example" },
  { organization: "Initech", subdomain: "initech", email: "office@initech.example" },
] as const;

/** It fails at this step, and must say so. */
const FAILING = { subdomain: "initech", step: "install-app" } as const;

export const FAULT_OF_LIVES = `${FAILING.subdomain}:${FAILING.step}`;

/** A tenant that has not come to an end by then never will. */
const TIMEOUT_SECONDS = 120;

/** Everything that was not as it should be, in sentences. */
export async function showLives(stack: Stack): Promise<string[]> {
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
  { api, progress, stack }: { api: DemoApi; progress: Progress; stack: Stack },
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

/** A tenant at this path, whose line shows what it is. */
export interface Watched {
  api: DemoApi;
  progress: Progress;
  path: string;
  subdomain: string;
}

/** Watches a tenant until it has one of these statuses. A tenant that is not there is `gone`. */
export async function until(
  statuses: string[],
  { api, progress, path, subdomain }: Watched,
): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  await watch(
    api,
    `${path}/status`,
    (answer) => {
      seen = answer.status === 404 ? { status: "gone" } : answer.body;
      progress.show(subdomain, describe(seen));
      return statuses.includes(String(seen["status"]));
    },
    TIMEOUT_SECONDS,
  );
  return seen;
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
