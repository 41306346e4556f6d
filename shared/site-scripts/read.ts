/**
 * The text of the site scripts, read once when a function starts.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** What a container of a site Job runs: each whole, with the parts that it shares with others. */
export interface SiteScripts {
  createDatabase: string;
  createSite: string;
  drop: string;
  suspend: string;
  resume: string;
}

export function readSiteScripts(): SiteScripts {
  return {
    createDatabase: join("common", "owner", "database", "create-database"),
    createSite: join("common", "owner", "create-site"),
    drop: join("common", "owner", "database", "drop"),
    suspend: join("common", "owner", "maintenance", "suspend"),
    resume: join("common", "owner", "maintenance", "resume"),
  };
}

function join(...names: string[]): string {
  return names
    .map((name) => readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8"))
    .join("\n");
}
