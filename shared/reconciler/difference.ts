/**
 * What a tenant needs next: the first difference between its spec and its status. Pure.
 *
 * @module
 */
import type { OperationDefinition } from "../operations/operation-definition.ts";
import { OPERATIONS } from "../operations/registry.ts";
import type { OperationKind } from "../operations/registry.ts";
import type { Tenant } from "../tenant/tenant.ts";

/**
 * The operation that removes the first difference, in the order of the registry; null where there is none. Of a command
 * that asks for two things the second is found when the first is done.
 */
export function firstDifference(tenant: Tenant): OperationDefinition<OperationKind> | null {
  return OPERATIONS.find(({ isNeeded }) => isNeeded(tenant)) ?? null;
}
