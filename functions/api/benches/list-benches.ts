/**
 * The endpoint that shows the benches.
 *
 * @module
 */
import type { FromSchema } from "json-schema-to-ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { ApiDependencies } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";

const BENCH_STATES = ["current", "draining", "empty"] as const;

const appSchema = named("BenchApp", {
  type: "object",
  additionalProperties: false,
  required: ["name", "version"],
  properties: {
    name: { type: "string" },
    version: {
      type: ["string", "null"],
      description: "As a site there has it; null while nobody has looked at one.",
    },
  },
});

const benchSchema = named("Bench", {
  type: "object",
  additionalProperties: false,
  required: ["name", "image", "apps", "sites", "state"],
  properties: {
    name: { type: "string" },
    image: { type: "string", description: "What its servers run, and the Jobs of its sites." },
    apps: { type: "array", items: appSchema },
    sites: {
      type: "integer",
      minimum: 0,
      description:
        "How many sites are there: standbys, too, and those whose deletion can be taken back.",
    },
    state: {
      type: "string",
      enum: BENCH_STATES,
      description:
        "`current`: new sites are made there. `draining`: it has sites, or is to have some. `empty`: it may be removed.",
    },
  },
});

const benchesSchema = named("Benches", {
  type: "object",
  additionalProperties: false,
  required: ["benches"],
  properties: { benches: { type: "array", items: benchSchema } },
});

export const listBenches = defineEndpoint({
  method: "GET",
  path: "/benches",
  summary: "The benches, and how many sites each has",
  description:
    "A bench is one image with web servers, workers and Redis of its own. A site is moved to another one by `POST /tenants/{id}/upgrade`.",
  answers: { 200: { description: "The benches.", schema: benchesSchema } },
  async handle(_call, { store, settings }) {
    const benches = await Promise.all(settings.benches.map((bench) => toView(bench, store)));
    return { status: 200, body: { benches } };
  },
});

async function toView(
  bench: Bench,
  store: ApiDependencies["store"],
): Promise<FromSchema<typeof benchSchema>> {
  const { name, image, apps, current } = bench;
  const [{ sites, tenants }, found] = await Promise.all([
    store.countBench(name),
    store.appsOfBench(name),
  ]);
  const versions = found ?? Object.fromEntries(["frappe", ...apps].map((app) => [app, null]));
  const others = tenants > 0 ? "draining" : "empty";
  return {
    name,
    image,
    apps: Object.entries(versions).map(([app, version]) => ({ name: app, version })),
    sites,
    state: current ? "current" : others,
  };
}
