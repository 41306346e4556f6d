/**
 * Status events for tests.
 *
 * @module
 */
import type { StatusEvent } from "../../shared/tenant/status-event.ts";

/** The n-th event of a tenant, which is `active` in it. */
export function someEvent(tenantId: string, sequence: number, time = new Date()): StatusEvent {
  return {
    tenant_id: tenantId,
    sequence,
    type: "active",
    time,
    data: {
      id: tenantId,
      subdomain: "acme",
      status: "active",
      site_url: "https://acme.kairos.app",
      error_message: null,
      step: null,
      reason: "JobSucceeded",
      retryable: null,
      generation: sequence,
      observed_generation: sequence,
      desired: "present",
    },
  };
}
