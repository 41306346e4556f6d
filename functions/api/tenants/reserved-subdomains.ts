/**
 * The names that no customer may have. Pure.
 *
 * @module
 */

/** They are, or look like, the company's own. A setting adds others. */
export const RESERVED_SUBDOMAINS: ReadonlySet<string> = new Set(
  (
    "www api app admin mail ftp demo test staging dev beta cdn static assets help support docs " +
    "status smtp control panel dashboard"
  ).split(" "),
);
