/**
 * The id of the operation that carries out a tenant's newest command. Pure.
 *
 * @module
 */
import { operationId } from "../../../shared/tenant/operation-record.ts";
import { currentOperation } from "../../../shared/tenant/tenant.ts";
import type { Tenant } from "../../../shared/tenant/tenant.ts";

/** Of its newest attempt, or of the first one, where none has begun. */
export function currentOperationId(tenant: Tenant): string {
  const attempt = currentOperation(tenant)?.attempt ?? 1;
  return operationId(tenant.id, tenant.spec.generation, attempt);
}
