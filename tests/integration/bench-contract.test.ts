/** The fake bench, held to what Frappe's does, with and without a document of its apps. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import {
  FAKE_BENCH_DIRECTORY,
  initialiseDatabase,
  FAKE_MARIADB_DIRECTORY,
  SYSTEM_PATH,
} from "../../scripts/local/fake-database.ts";
import { addContract } from "./bench-contract.ts";
import type { ContractBench } from "./bench-contract.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

for (const appsDocument of ["empty", "filled"] as const) {
  const test = suite(`the fake bench, its document of apps ${appsDocument}`);
  addContract(test, () => Promise.resolve(startFakeCluster(appsDocument)));
  test.run();
}

function startFakeCluster(appsDocument: ContractBench["appsDocument"]): ContractBench {
  const directory = temporaryDirectory();
  const database = join(directory, "database");
  for (const app of ["frappe", "erpnext"]) {
    mkdirSync(join(directory, "apps", app, app), { recursive: true });
    writeFileSync(join(directory, "apps", app, app, "patches.txt"), "");
  }
  mkdirSync(join(directory, "sites"));
  symlinkSync(join(FAKE_BENCH_DIRECTORY, "env"), join(directory, "env"));
  initialiseDatabase(database, "root-secret");

  const env = {
    PATH: [FAKE_BENCH_DIRECTORY, FAKE_MARIADB_DIRECTORY, SYSTEM_PATH].join(":"),
    LOCAL_DATABASE_DIRECTORY: database,
    LOCAL_BENCH_APPS_DOCUMENT: appsDocument,
  };
  const read = (site: string, file: string) =>
    readFileSync(join(directory, "sites", site, file), "utf8");
  return {
    directory,
    version: 16,
    appsDocument,
    app: "erpnext",
    database: { host: "mariadb", port: 3306 },
    run: ([program = "", ...args], workingDirectory = directory) =>
      spawnSync(program, args, { cwd: workingDirectory, env, encoding: "utf8" }),
    sql: (statements) => {
      const { status, stderr } = spawnSync(
        join(FAKE_MARIADB_DIRECTORY, "mariadb"),
        ["--user=root"],
        {
          input: `${statements}\n`,
          env: { ...env, MYSQL_PWD: "root-secret" },
          encoding: "utf8",
        },
      );
      if (status !== 0) throw new Error(stderr);
    },
    users: (site) =>
      read(site, "users.txt")
        .split("\n")
        .flatMap((line) => line.split(" (")[0] || []),
    isSchedulerEnabled: (site) => read(site, "scheduler.txt") === "1\n",
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  };
}
