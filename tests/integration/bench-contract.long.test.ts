/**
 * Frappe's own bench, held to the contract that the fake keeps. It takes some four minutes.
 *
 *   FRAPPE_BENCH                   the directory of a bench with apps, env and sites, whose Redis servers
 *                                  and database run as its sites/common_site_config.json says; sites of
 *                                  the contract are made in it and removed again
 *   FRAPPE_BENCH_DB_ROOT_PASSWORD  the password of the database's root at any host
 *   FRAPPE_BENCH_APP               an app of that bench beside frappe; by default the first in sites/apps.txt
 *   FRAPPE_BENCH_APPS_DOCUMENT     `filled` for a version that tells apps in JSON before a migration
 *
 * The program `bench` is the one on the PATH. Where this runs as root, which bench refuses, bench runs as
 * the user whose the directory is.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import { addContract } from "./bench-contract.ts";
import type { ContractBench, Ended } from "./bench-contract.ts";
import { skip } from "../testkit/parts.ts";

const test = suite("Frappe's bench");
const named = process.env["FRAPPE_BENCH"];
if (named === undefined) {
  skip(test, "Frappe's bench keeps the contract", "frappe-bench", "FRAPPE_BENCH names none");
} else {
  addContract(test, () => Promise.resolve(findBench(named)));
}
test.run();

function findBench(directory: string): ContractBench {
  const sites = join(directory, "sites");
  const common = JSON.parse(readFileSync(join(sites, "common_site_config.json"), "utf8")) as {
    db_host?: string;
    db_port?: number;
  };
  const { db_host: host = "127.0.0.1", db_port: port = 3306 } = common;
  const { uid, gid } = statSync(sites);
  const owner = process.getuid?.() === 0 ? { uid, gid } : {};
  const env = { PATH: process.env["PATH"], LANG: "C.UTF-8", HOME: directory };
  const apps = readFileSync(join(sites, "apps.txt"), "utf8").split("\n");

  const run = ([program = "", ...args]: string[], workingDirectory = directory): Ended =>
    spawnSync(program, args, { cwd: workingDirectory, env, encoding: "utf8", ...owner });

  /** What a program of the site's own prints. */
  function ask(site: string, expression: string): unknown {
    const program = `import frappe, json
frappe.init(${JSON.stringify(site)}, sites_path=".")
frappe.connect()
print(json.dumps(${expression}))`;
    const { status, stdout, stderr } = run(
      [join(directory, "env/bin/python"), "-c", program],
      sites,
    );
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  }

  return {
    directory,
    version: versionOf(directory),
    appsDocument: process.env["FRAPPE_BENCH_APPS_DOCUMENT"] === "filled" ? "filled" : "empty",
    app:
      process.env["FRAPPE_BENCH_APP"] ?? apps.find((app) => app !== "frappe" && app !== "") ?? "",
    database: { host, port },
    run,
    sql: (statements) => {
      const server = ["--no-defaults", "--protocol=tcp", `--host=${host}`, `--port=${port}`];
      const { status, stderr } = spawnSync("mariadb", [...server, "--user=root"], {
        input: statements,
        env: { ...env, MYSQL_PWD: process.env["FRAPPE_BENCH_DB_ROOT_PASSWORD"] },
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
    },
    users: (site) => ask(site, 'frappe.get_all("User", pluck="name")') as string[],
    isSchedulerEnabled: (site) =>
      ask(site, 'frappe.db.get_single_value("System Settings", "enable_scheduler")') === 1,
    stop: () => Promise.resolve(),
  };
}

function versionOf(directory: string): number {
  const source = readFileSync(join(directory, "apps/frappe/frappe/__init__.py"), "utf8");
  return Number(/^__version__ = "(\d+)/m.exec(source)?.[1]);
}
