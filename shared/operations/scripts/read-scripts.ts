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
  const programs = [program("relay"), program("time_limit"), program("redis")];
  const parts = ["outage", "common", "owner", "directory"].map(shell);
  const common = [...programs, ...parts];
  const database = shell("database");
  const redis = shell("redis");
  const site = [program("site_config"), program("visit"), shell("site")];
  const fence = [database, shell("fence"), ...site];
  return {
    createDatabase: join(...common, database, redis, shell("create-database")),
    createSite: join(...common, ...site, program("prove_apps"), shell("create-site")),
    drop: join(...common, database, redis, shell("drop")),
    suspend: join(...common, ...fence, shell("suspend")),
    resume: join(...common, ...fence, shell("resume")),
  };
}

function join(...parts: string[]): string {
  return parts.join("\n");
}

function shell(name: string): string {
  return read(`${name}.sh`);
}

/** A program in Python, as a shell variable that `python3 -c` takes. */
function program(name: string): string {
  return `# shellcheck disable=SC2016\n${name}_py=${quote(read(`${name}.py`))}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}
