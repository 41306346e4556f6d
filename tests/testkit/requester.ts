/**
 * Who asks, in tests.
 *
 * @module
 */
import type { Requester } from "../../shared/tenant/tenant.ts";

export const REQUESTER: Requester = { name: "key:test", request_id: "request-1", reason: null };
