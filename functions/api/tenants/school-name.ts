/**
 * The older name of a field. Pure.
 *
 * @module
 */
import { organizationSchema } from "../../../shared/tenant/field-schemas.ts";

/** The name by which the service that this one replaces knew an organization. */
export const schoolNameSchema = { ...organizationSchema, deprecated: true } as const;
