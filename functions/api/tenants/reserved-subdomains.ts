/**
 * The names that no customer may have.
 *
 * @module
 */
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import { invalid } from "../http/parse-input.ts";

/** They are, or look like, the company's own. A setting adds others. */
export const RESERVED_SUBDOMAINS: ReadonlySet<string> = new Set(
  (
    "www api app admin mail ftp demo test staging dev beta cdn static assets help support docs " +
    "status smtp control panel dashboard"
  ).split(" "),
);

/** A subdomain as it is written everywhere, in lower case. Throws a `Problem` where it is reserved. */
export function toSubdomain(
  wanted: string,
  { reservedSubdomains }: Pick<ApiSettings, "reservedSubdomains">,
): string {
  const name = wanted.toLowerCase();
  if (RESERVED_SUBDOMAINS.has(name) || reservedSubdomains.includes(name)) {
    throw invalid([{ pointer: "/subdomain", message: "subdomain is a reserved name" }]);
  }
  return name;
}
