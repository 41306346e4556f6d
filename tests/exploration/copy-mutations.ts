/**
 * Mistakes about copies that the exploration must find.
 *
 * @module
 */
import { applyCommand } from "../../shared/tenant/commands.ts";
import { isUnfinishedCopy } from "../../shared/tenant/tenant-copy.ts";
import { addSeconds, DAY_SECONDS, siteOf, withChanges } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { COPIES, COPY_COMMANDS } from "./exploration-scenarios.ts";
import { making, recording, requesting, seeing } from "./mutated-code.ts";
import type { Mutation } from "./mutated-code.ts";
import { ID } from "./model.ts";

/** A copy that is made, and deleted or suspended. */
const QUIET = { ...COPY_COMMANDS, budget: { ...COPY_COMMANDS.budget, commands: 3, failures: 0 } };

/** One that fails once. */
const ONE_FAILURE = { ...COPY_COMMANDS, budget: { ...COPY_COMMANDS.budget, commands: 2 } };

/** A tenant and its copy, without anything that fails. */
const PLAIN = { ...COPIES, budget: { ...COPIES.budget, failures: 0 } };

const named = (tenant: Tenant): Tenant => {
  const { site } = tenant.status;
  return withChanges(tenant, { status: { site: site && { ...site, subdomain: "acme" } } });
};

const withQuiet = (quiet: boolean) => (tenant: Tenant) => withChanges(tenant, { spec: { quiet } });

const OPEN_TO_ALL = "nobody reaches a copy before it holds what the backup holds";

export const COPY_MUTATIONS: Mutation[] = [
  {
    name: "a copy is made with its names",
    scenario: QUIET,
    code: making("create", (tenant) => withChanges(tenant, { spec: { restore: null } })),
    breaks: OPEN_TO_ALL,
  },
  {
    name: "a copy is taken for a standby that its customer gets",
    scenario: QUIET,
    code: seeing(({ tenant, job }) => {
      const isNameless = tenant.status.site !== null && siteOf(tenant) === null;
      return {
        tenant: isNameless ? withChanges(tenant, { spec: { restore: null } }) : tenant,
        job,
      };
    }),
    breaks: "visitors reach the site by some name",
  },
  {
    name: "a copy gets its names before it is restored",
    scenario: QUIET,
    code: seeing(({ tenant, job }) => ({
      tenant: isUnfinishedCopy(tenant)
        ? withChanges(tenant, { status: { done: tenant.spec.requests } })
        : tenant,
      job,
    })),
    breaks: OPEN_TO_ALL,
  },
  {
    name: "a copy whose restore is given up has its names alone to get",
    scenario: ONE_FAILURE,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (command !== "retry" || effect.outcome !== "changed") return effect;
        const status = { ...effect.changes.status, done: tenant.spec.requests };
        return { ...effect, changes: { ...effect.changes, status } };
      },
    },
    breaks: OPEN_TO_ALL,
  },
  {
    name: "the empty site that a copy was at first can be had back",
    scenario: QUIET,
    code: recording((changes, { started_at }) => {
      if (changes.kept === undefined) return changes;
      const until = addSeconds(started_at, DAY_SECONDS);
      return { ...changes, kept: changes.kept.map((one) => ({ ...one, until })) };
    }),
    breaks: OPEN_TO_ALL,
  },
  {
    name: "a copy acts on the world as its original does",
    scenario: QUIET,
    code: making("restore", withQuiet(false)),
    breaks: "a copy is quiet until it is resumed",
  },
  {
    name: "a copy whose deletion is taken back acts on the world",
    scenario: QUIET,
    code: making("resume", withQuiet(false)),
    breaks: "a copy is quiet until it is resumed",
  },
  {
    name: "whoever takes a copy's deletion back ends that it is quiet",
    scenario: QUIET,
    code: {
      applyCommand: (tenant, command, issued) => {
        const effect = applyCommand(tenant, command, issued);
        if (command !== "undelete" || effect.outcome !== "changed") return effect;
        const spec = { ...effect.changes.spec, quiet: false };
        return { ...effect, changes: { ...effect.changes, spec } };
      },
    },
    breaks: "only a resume ends that a copy is quiet",
  },
  {
    name: "a copy stays quiet when it is resumed",
    scenario: QUIET,
    code: making("resume", withQuiet(true)),
    breaks: "who is resumed acts on the world, and nobody else",
  },
  {
    name: "a copy that is deleted before it is finished is kept",
    scenario: QUIET,
    code: {
      applyCommand: (tenant, command, issued) => {
        const isDelete = typeof command === "object" && command.name === "delete";
        const effect = applyCommand(isDelete ? named(tenant) : tenant, command, issued);
        if (!isDelete || effect.outcome !== "changed") return effect;
        const { site } = tenant.status;
        return {
          ...effect,
          changes: { ...effect.changes, status: { ...effect.changes.status, site } },
        };
      },
    },
    breaks: "nothing is kept of a copy that is not finished",
  },
  {
    name: "a copy that is deleted leaves the database that it was made of",
    scenario: PLAIN,
    guarantees: { dropsEveryDatabase: false },
    breaks: "no database outlives its tenant",
  },
  {
    name: "the end of a copy takes the Secret of its source along",
    scenario: PLAIN,
    code: requesting((request) =>
      request.io === "deleteSecret" ? { request: { ...request, tenantId: ID.b } } : { request },
    ),
    breaks: "the Secret is there",
  },
  {
    name: "the restore of a copy is done to its source",
    scenario: PLAIN,
    code: making("restore", (tenant) => ({ ...tenant, id: ID.b })),
    breaks: "the site's database is there",
  },
];
