/**
 * A rollout: tenants move from one bench to another in waves. The canary's migration fails on purpose, and it is taken back.
 *
 * @module
 */
import { createProgress } from "../local/progress.ts";
import type { Stack } from "../local/local-stack.ts";
import { apiOf, watch } from "./demo-api.ts";
import type { Answer, DemoApi } from "./demo-api.ts";

const OLD = { name: "v16-32", image: "frappe/erpnext:v16.32.3", current: true };
const NEW = { name: "v16-33", image: "frappe/erpnext:v16.33.0" };

const CANARY = "canary";
const OTHERS = Array.from({ length: 20 }, (_, index) => `tenant-${index + 1}`);

/** The migration of the canary fails at it. */
const PATCH = "erpnext.patches.v16_33_0.patch_2";

export const FAULT_OF_UPGRADES = `${CANARY}:${PATCH}`;

export const UPGRADE_ENVIRONMENT = {
  BENCHES: JSON.stringify([OLD, NEW]),
  POOL_SIZE: "0",
  LOCAL_BENCH_SECONDS: "0.2",
  LOCAL_RESYNC_SECONDS: "1",
};

/** What has not come to an end by then never will. */
const TIMEOUT_SECONDS = 600;

/** Everything that was not as it should be, in sentences. */
export async function showUpgrades(stack: Stack): Promise<string[]> {
  const api = apiOf(stack);
  const ids = new Map<string, string>();
  console.log(`making ${1 + OTHERS.length} tenants in the bench ${OLD.name} …`);
  await Promise.all([CANARY, ...OTHERS].map(async (name) => ids.set(name, await make(name, api))));
  const canary = ids.get(CANARY) ?? "";
  await api.call("PATCH", `/tenants/${canary}`, { canary: true });

  const waves = ["canary", "5%", "25%", "100%"];
  const asked = { to: NEW.name, soak_minutes: 0, max_per_database: 5, waves };
  const begun = await api.call("POST", "/rollouts", asked);
  if (begun.status !== 201) return [`POST /rollouts was answered ${begun.status}`];
  const rollout = await watchRollout(String(begun.body["id"]), api);
  return [
    ...(rollout["state"] === "done" ? [] : [`the rollout is ${String(rollout["state"])}`]),
    ...wrongCanary((await api.call("GET", `/tenants/${canary}`)).body),
    ...(await wrongOthers(ids, api)),
  ];
}

async function make(subdomain: string, api: DemoApi): Promise<string> {
  const asked = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
  const { body } = await api.call("POST", "/tenants", asked);
  const path = `/tenants/${String(body["id"])}`;
  await watch(
    api,
    `${path}/status`,
    (answer) => answer.body["status"] === "active",
    TIMEOUT_SECONDS,
  );
  return String(body["id"]);
}

interface Wave {
  wave: string;
  asked: number;
  done: number;
  failed: number;
  ended_at: string | null;
}

/** Shows each wave on a line of its own until all are over. */
async function watchRollout(id: string, api: DemoApi): Promise<Answer["body"]> {
  const first = await api.call("GET", `/rollouts/${id}`);
  const names = wavesOf(first).map(({ wave }) => wave);
  const progress = createProgress(process.stdout, ["rollout", ...names]);
  const isOver = (answer: Answer) => {
    const { state, reason, message } = answer.body as Record<string, string | null>;
    const why = message ?? reason;
    progress.show("rollout", [state, why].filter(Boolean).join(": "));
    for (const wave of wavesOf(answer)) progress.show(wave.wave, describe(wave));
    return state !== "running";
  };
  return (await watch(api, `/rollouts/${id}`, isOver, TIMEOUT_SECONDS)).body;
}

const wavesOf = ({ body }: Answer) => body["waves"] as Wave[];

function describe({ asked, done, failed, ended_at }: Wave): string {
  const counts = `${done} of ${asked} moved${failed > 0 ? `, ${failed} taken back` : ""}`;
  return ended_at === null ? counts : `${counts}; over`;
}

function wrongCanary({ status, bench, upgrade }: Answer["body"]): string[] {
  const { state, patch } = (upgrade ?? {}) as Record<string, unknown>;
  const wrong = [];
  if (status !== "active") wrong.push(`the canary is ${String(status)}`);
  if (bench !== OLD.name) wrong.push(`the canary is in ${String(bench)}`);
  if (state !== "reverted") wrong.push(`the canary's upgrade is ${String(state)}`);
  if (patch !== PATCH) wrong.push(`the canary names the patch ${String(patch)}`);
  return wrong;
}

async function wrongOthers(ids: ReadonlyMap<string, string>, api: DemoApi): Promise<string[]> {
  const wrong = await Promise.all(
    OTHERS.map(async (name) => {
      const { body } = await api.call("GET", `/tenants/${ids.get(name)}`);
      const isRight = body["bench"] === NEW.name && body["status"] === "active";
      return isRight ? [] : [`${name} is ${String(body["status"])} in ${String(body["bench"])}`];
    }),
  );
  return wrong.flat();
}
