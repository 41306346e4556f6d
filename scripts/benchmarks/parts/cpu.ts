/**
 * How much processor time a request costs in our own code: routing, who calls, validation, serialisation.
 * The store and the bus answer at once, and the same request goes to a function that says hello.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { API_KEY } from "../../../tests/testkit/api-key.ts";
import { createServerProcesses } from "../../../tests/testkit/server-processes.ts";
import { frameworkSpec } from "../../local/function-process.ts";
import { freePorts, waitForPort } from "../../local/loopback-ports.ts";
import { openLoad } from "../load-generator.ts";
import type { Request } from "../load-generator.ts";
import type { Part } from "../measurement.ts";
import { measureInTurns, ratio } from "../statistics.ts";

const TURNS = 24;
const REQUESTS_PER_TURN = 500;

/** Until what is often run is compiled. */
const REQUESTS_BEFORE = 5_000;

const GOAL = 1.5;
const METER = fileURLToPath(new URL("../processor-meter.mjs", import.meta.url));

const HEADERS = { "X-API-Key": API_KEY };
const JSON_HEADERS = { ...HEADERS, "Content-Type": "application/json" };
const DESIRED_STATES = {
  organization: "Acme & Co",
  subdomain: "acme",
  email: "office@acme.example",
};

const REQUESTS = {
  "POST /tenants": {
    method: "POST",
    path: "/tenants",
    headers: JSON_HEADERS,
    body: JSON.stringify(DESIRED_STATES),
  },
  "GET /tenants/{id}": { method: "GET", path: `/tenants/${randomUUID()}`, headers: HEADERS },
  "GET /tenants, 20 of them": { method: "GET", path: "/tenants?limit=20", headers: HEADERS },
} satisfies Record<string, Request>;

export const cpu: Part = {
  name: "cpu",
  description: "Processor time of a request, without what the database takes.",
  async measure(say) {
    const [api, hello] = [await start("../instant-api.ts"), await start("../baseline/hello.cjs")];
    try {
      const subjects: [name: string, measure: () => Promise<number>][] = [];
      for (const [name, request] of Object.entries(REQUESTS)) {
        for (const [whose, process] of Object.entries({ api, hello })) {
          await process.load.send(request, REQUESTS_BEFORE);
          subjects.push([`${name} ${whose}`, () => processorTimeOf(process, request)]);
        }
        say(`${name} is warm`);
      }
      const times = await measureInTurns(Object.fromEntries(subjects), TURNS);
      return toMeasurement(times);
    } finally {
      await Promise.all([api.stop(), hello.stop()]);
    }
  },
};

type FunctionProcess = Awaited<ReturnType<typeof start>>;

/** Starts what a file registers under its own name, with a meter in its process. */
async function start(file: string) {
  const processes = createServerProcesses();
  const [port = 0, meterPort = 0] = await freePorts(2);
  const name = /(\w[\w-]*)\.\w+$/.exec(file)?.[1] ?? "";
  const spec = frameworkSpec(name, fileURLToPath(new URL(file, import.meta.url)), port, {
    ...process.env,
    GOOGLE_CLOUD_PROJECT: "kairos-bench",
    API_KEYS: API_KEY,
    METER_PORT: String(meterPort),
    METADATA_SERVER_DETECTION: "none",
    NODE_ENV: "production",
  });
  processes.start({ ...spec, args: ["--import", METER, ...spec.args] });
  await waitForPort(port, AbortSignal.timeout(60_000));
  const load = openLoad(`http://127.0.0.1:${port}`);
  return {
    load,
    /** How many microseconds the process has used so far. */
    processorTime: async () => Number(await text(connect(meterPort, "127.0.0.1"))),
    async stop() {
      load.stop();
      await processes.stop();
    },
  };
}

/** Microseconds a request. */
async function processorTimeOf(
  { load, processorTime }: FunctionProcess,
  request: Request,
): Promise<number> {
  const before = await processorTime();
  await load.send(request, REQUESTS_PER_TURN);
  return ((await processorTime()) - before) / REQUESTS_PER_TURN;
}

function toMeasurement(times: Record<string, number[]>) {
  const measured = Object.keys(REQUESTS).map((what) => ({
    what,
    ...ratio(times[`${what} api`] ?? [], times[`${what} hello`] ?? []),
  }));
  const unit = "the same request to a hello = 1";
  const measuredAs = `processor time (${unit})`;
  return {
    rows: measured.map((row) => ({ ...row, measuredAs, goal: GOAL })),
    plots: [
      {
        kind: "bars" as const,
        name: "cpu",
        title: "Processor time of a request",
        unit,
        bars: measured.map(({ what, value, spread }) => ({ label: what, value, spread })),
      },
    ],
  };
}
