/**
 * The types of settings that others take, too. Pure.
 *
 * @module
 */

/** The variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Which cluster the site Jobs run in. */
export type ClusterTarget =
  | { kind: "gke"; project: string; location: string; cluster: string }
  | { kind: "in-cluster" }
  | { kind: "kubeconfig"; path: string };

/**
 * `default` is what the image's client does by itself; `verify` insists on a certificate that a known authority
 * has signed; `off` encrypts nothing.
 */
export const DATABASE_TLS = ["default", "verify", "off"] as const;
export type DatabaseTls = (typeof DATABASE_TLS)[number];

/** The name of an API key, as a part of a pattern. */
export const API_KEY_NAME = "[a-z][a-z0-9-]{0,30}";

/** The comment of a setting that is for an emulator, or that the deployment leaves at its default. */
export const NOT_IN_TERRAFORM = "not set by Terraform";
