/**
 * Which operation carries out a tenant's newest command. Pure.
 *
 * @module
 */
import { operationId } from "../../../shared/tenant/operation-record.ts";
import type { Operation, Tenant } from "../../../shared/tenant/tenant.ts";

/** The id of the operation that carries out the newest command, or did: its first attempt, where none has begun. */
export function currentOperationId(tenant: Tenant): string {
  const attempt = operationOfNewest(tenant)?.attempt ?? 1;
  return operationId(tenant.id, tenant.spec.generation, attempt);
}

/** What the record says of that operation; null before there is anything to say, or where only an older one is known. */
export function operationOfNewest({ spec, status }: Tenant): Operation | null {
  const { operation } = status;
  return operation?.generation === spec.generation ? operation : null;
}
