/**
 * What the endpoints that correct a tenant's record have in common.
 *
 * @module
 */
import type { Corrections } from "../../../shared/tenant/commands.ts";
import type { AnswerSpec, ApiDependencies, Call } from "../http/endpoint.ts";
import { Problem } from "../http/problem.ts";
import type { ApiResponse } from "../http/response.ts";
import { recordCorrection } from "./record-correction.ts";
import { NO_SUCH_TENANT, noSuchTenant, NOT_ALLOWED } from "./tenant-answers.ts";
import { tenantSchema, toView } from "./tenant-view.ts";

export const CORRECTION_ANSWERS = {
  200: { description: "The tenant as it is now.", schema: tenantSchema },
  404: NO_SUCH_TENANT,
  409: NOT_ALLOWED,
} as const satisfies Record<number, AnswerSpec>;

/** Corrects the record and shows the tenant. Throws a `Problem` where that is not possible. */
export async function answerCorrection(
  corrections: Corrections,
  { tenantId }: Pick<Call, "tenantId">,
  { store }: Pick<ApiDependencies, "store">,
): Promise<ApiResponse> {
  const result = await recordCorrection(store, tenantId, corrections, new Date());
  if (result === null) throw noSuchTenant(tenantId);
  if (result.outcome === "refused") throw new Problem(409, result.why);
  return { status: 200, body: toView(result.tenant) };
}
