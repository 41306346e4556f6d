/**
 * The two Terraform roots, in the order in which they are applied.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The root that makes the cluster, with all else that Google Cloud holds. */
export const TERRAFORM_ROOT = fileURLToPath(new URL("../../terraform", import.meta.url));

/** The root that fills it. */
export const CLUSTER_ROOT = fileURLToPath(new URL("../../terraform/cluster", import.meta.url));
