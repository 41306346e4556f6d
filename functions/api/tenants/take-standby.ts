/**
 * Takes a site for a new tenant out of the pool, where there is one. Nobody waits for the pool, and nobody fails for it.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { Created } from "../../../shared/firestore/store.ts";
import { standbyOf } from "../../../shared/tenant/standby.ts";
import type { Bench } from "../../../shared/configuration/bench.ts";
import { errorFields, log } from "../../../shared/platform/log.ts";
import type { Stored, Version } from "../../../shared/reconciler/ports.ts";
import type { AnsweredRequest } from "../../../shared/tenant/repeated-request.ts";
import { claimStandby, isReady } from "../../../shared/tenant/standby.ts";
import { withChanges } from "../../../shared/tenant/tenant.ts";
import type { NewTenant, Tenant } from "../../../shared/tenant/tenant.ts";
import type { ApiDependencies } from "../http/endpoint.ts";

/** How many standbys are tried, should others be quicker. */
const STANDBYS_TRIED = 3;

/** Longer than Firestore takes, also for the first call of an instance, and no wait beside that for a site. */
const FIND_MILLISECONDS = 2_000;

/** What is asked for. */
export interface Asked {
  tenant: Omit<NewTenant, "id">;
  now: Date;
  /** The record of the request, by the tenant as it will be. */
  requestFor: (tenant: Tenant) => AnsweredRequest | null;
}

/** What came of it, and the tenant as it is then. */
export interface Taken {
  result: Created;
  tenant: Tenant;
}

/** Null where there is none to be had in the bench: then the tenant is made as without a pool. */
export async function takeStandby(
  { tenant: asked, now, requestFor }: Asked,
  bench: Bench,
  dependencies: ApiDependencies,
): Promise<Taken | null> {
  let expiredRequest: Version | null = null;
  for (let tries = 0; tries < STANDBYS_TRIED; tries++) {
    const standby = await findStandby(bench, dependencies);
    if (standby === null) return null;
    const changes = claimStandby(standby.record, asked, now);
    const tenant = withChanges(standby.record, changes);
    const { subdomain, commandId } = asked;
    const request = requestFor(tenant);
    const gift = { standby, changes, subdomain, commandId, request, expiredRequest };
    const result = await dependencies.store.giveStandby(gift);
    if (result.outcome !== "not-given") return { result, tenant };
    ({ expiredRequest } = result);
  }
  return null;
}

/** From a place of its own on, so that many at once do not meet at the first one. */
async function findStandby(
  bench: Bench,
  { store, settings }: ApiDependencies,
): Promise<Stored<Tenant> | null> {
  if (settings.poolSize === 0) return null;
  try {
    const found = await store.findStandby(standbyOf(bench), randomUUID(), FIND_MILLISECONDS);
    return found !== null && isReady(found.record) ? found : null;
  } catch (error) {
    log("WARNING", "StandbyNotRead", errorFields(error));
    return null;
  }
}
