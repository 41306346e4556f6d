/**
 * What the site scripts rely on of a bench, held on the fake and on Frappe's own alike.
 *
 * @module
 */
import type { SpawnSyncReturns } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "uvu";
import * as assert from "uvu/assert";

export type Ended = Pick<SpawnSyncReturns<string>, "status" | "stdout" | "stderr">;

/** A bench that the contract is held on. Of what Frappe keeps in its database, it knows where it stands. */
export interface ContractBench {
  /** The bench's directory. */
  directory: string;
  /** The major version of Frappe whose habits it has. */
  version: number;
  /** Whether `list-apps -f json` knows an app before the first migration. */
  appsDocument: "filled" | "empty";
  /** An app beside frappe that it has. */
  app: string;
  database: { host: string; port: number };
  /** Runs a program in a directory, as the bench's user. */
  run: (command: string[], workingDirectory?: string) => Ended;
  /** Runs SQL as the database's administrator. */
  sql: (statements: string) => void;
  users: (site: string) => string[];
  isSchedulerEnabled: (site: string) => boolean;
  stop: () => Promise<void>;
}

const SITE = "contract.kairos.app";
/** Of its own for each run: two benches may have one server. */
const DATABASE = `tncontract${process.pid}`;
const PASSWORD = "database-secret";
const MADE_BY_FAILURES = ["wrong.kairos.app", "second.kairos.app"];

/** Adds the contract's tests. They share one site, in this order, for a real one takes a minute to make. */
export function addContract(test: Test, start: () => Promise<ContractBench>): void {
  let it: ContractBench;

  const bench = (...args: string[]) => it.run(["bench", ...args]);
  const onSite = (...args: string[]) => bench("--site", SITE, ...args);
  const pathOf = (site: string) => join(it.directory, "sites", site);
  const configOf = (site: string) => readFileSync(join(pathOf(site), "site_config.json"), "utf8");

  test.before(async () => {
    it = await start();
    removeAll();
    makeDatabase(DATABASE);
  });
  test.after(async () => {
    removeAll();
    await it.stop();
  });

  function makeDatabase(name: string): void {
    it.sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
CREATE OR REPLACE USER '${name}'@'%' IDENTIFIED BY '${PASSWORD}';
GRANT ALL PRIVILEGES ON ${name}.* TO '${name}'@'%';`);
  }

  function removeAll(): void {
    it.sql(`DROP DATABASE IF EXISTS ${DATABASE};\nDROP USER IF EXISTS '${DATABASE}'@'%';`);
    for (const site of [SITE, ...MADE_BY_FAILURES]) {
      rmSync(pathOf(site), { recursive: true, force: true });
    }
  }

  function newSite(site: string, password = PASSWORD): Ended {
    const { host, port } = it.database;
    const server = ["--db-type=mariadb", `--db-host=${host}`, `--db-port=${port}`];
    const login = [`--db-name=${DATABASE}`, `--db-password=${password}`, "--no-setup-db"];
    return bench("new-site", site, ...server, ...login, "--admin-password=administrator-secret");
  }

  /** Sets up a customer as a site Job does. */
  function addCustomer(email: string, more: Record<string, string> = {}): Ended {
    const given = {
      TENANT_EMAIL: email,
      TENANT_FIRST_NAME: "Ada",
      TENANT_LAST_NAME: "",
      ADMIN_PASSWORD: "administrator-secret",
      ...more,
    };
    const env = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    return it.run(["env", ...env, ...python(CUSTOMER, SITE)]);
  }

  /**
   * What `frappe.get_installed_apps()` says, in a process that has its working directory there. Without a query
   * before it, version 16 may answer out of Redis, and never log in.
   */
  function askForApps(site: string, workingDirectory = "sites"): Ended {
    const program = `import frappe
frappe.init(${JSON.stringify(site)}, sites_path=${JSON.stringify(workingDirectory === "." ? "sites" : ".")})
frappe.connect()
frappe.db.sql("SELECT 1")
print(" ".join(frappe.get_installed_apps()))
frappe.destroy()`;
    return it.run(python(program), join(it.directory, workingDirectory));
  }

  const python = (program: string, ...args: string[]) => [
    join(it.directory, "env/bin/python"),
    "-c",
    program,
    ...args,
  ];

  /** Gives the key to the first of these users that there is, as a site Job does. */
  const giveKey = (hash: string, ...users: string[]) =>
    it.run(python(LOGIN_KEY, SITE, hash, ...users));

  /** What the site has of a user, in the order of the fields, as another process reads it. */
  function readUser(user: string): string[] {
    const ended = it.run(python(READ_USER, SITE, user), join(it.directory, "sites"));
    assert.is(ended.status, 0, said(ended));
    return ended.stdout.trim().split("|");
  }

  function installedApps(site: string): string[] {
    const ended = askForApps(site);
    assert.is(ended.status, 0, said(ended));
    return ended.stdout.trim().split(" ");
  }

  test("new-site makes a site with its address and login, a scheduler that is off and no key", () => {
    const ended = newSite(SITE);
    assert.is(ended.status, 0, said(ended));
    const { host, port } = it.database;
    assert.equal(JSON.parse(configOf(SITE)), {
      db_host: host,
      db_name: DATABASE,
      db_password: PASSWORD,
      db_port: port,
      db_type: "mariadb",
      ...(it.version < 16 ? {} : { db_user: DATABASE }),
    });
    assert.not(it.isSchedulerEnabled(SITE));
    assert.equal(installedApps(SITE), ["frappe"]);
    assert.match(ended.stdout, /\rUpdating DocTypes for frappe .*0%\rUpdating DocTypes/);
  });

  test("install-app adds an app, and again is no error", () => {
    assert.is(onSite("install-app", it.app).status, 0);
    assert.equal(installedApps(SITE), ["frappe", it.app]);
    const again = onSite("install-app", it.app);
    assert.is(again.status, 0, said(again));
    assert.match(said(again), `App ${it.app} already installed`);
    assert.equal(installedApps(SITE), ["frappe", it.app]);
  });

  test("an app that the bench does not have is not installed", () => {
    const ended = onSite("install-app", "nosuch");
    assert.is(ended.status, 1);
    assert.match(said(ended), "No module named 'nosuch'");
    assert.equal(installedApps(SITE), ["frappe", it.app]);
  });

  test("list-apps tells the apps as text, and as JSON what its document holds", () => {
    const text = onSite("list-apps");
    assert.is(text.status, 0, said(text));
    const names = text.stdout.split("\n").flatMap((line) => line.split(" ")[0] || []);
    assert.equal(names, ["frappe", it.app]);
    const json = onSite("list-apps", "-f", "json");
    assert.is(json.status, 0, said(json));
    const expected = it.appsDocument === "filled" ? ["frappe", it.app] : [];
    assert.equal(JSON.parse(json.stdout), { [SITE]: expected });
  });

  test("a customer's user is written in lower case, and the same once more is no failure", () => {
    for (const email of ["Ada@Acme.Example", "ada@acme.example"]) {
      const ended = addCustomer(email);
      assert.is(ended.status, 0, said(ended));
      assert.equal(
        it.users(SITE).filter((user) => user.toLowerCase() === "ada@acme.example"),
        ["ada@acme.example"],
      );
      assert.ok(it.isSchedulerEnabled(SITE));
    }
  });

  test("an address that Frappe does not take changes nothing", () => {
    const refused = ["a@localhost", "a..b@acme.example", "a b@acme.example", "ñ@acme.example"];
    for (const email of refused) {
      const ended = addCustomer(email);
      assert.is(ended.status, 1, email);
      assert.match(said(ended), `${email} is not a valid Email Address`);
      assert.not(it.users(SITE).includes(email));
    }
    const tooLong = `${"a".repeat(128)}@acme.example`;
    assert.is(addCustomer(tooLong).status, 1);
    assert.not(it.users(SITE).includes(tooLong));
  });

  test("a user gets the hash of a key, with the site's own time, whatever the case of the name", () => {
    for (const [hash, user] of [
      ["a1".repeat(32), "ada@acme.example"],
      ["b2".repeat(32), "Ada@Acme.example"],
    ] as const) {
      const ended = giveKey(hash, "", "nobody@acme.example", user);
      assert.is(ended.status, 0, said(ended));
      const [has, seconds] = readUser("ada@acme.example");
      assert.is(has, hash);
      assert.ok(Number(seconds) >= 0 && Number(seconds) < 60, `${seconds} seconds ago`);
    }
  });

  test("a user who is not there or is disabled gets no key, and nobody else does", () => {
    const before = readUser("ada@acme.example")[0];
    for (const users of [["nobody@acme.example"], [""], [], ["%"], ["ada@acme.exampl_"]]) {
      assert.is(giveKey("c3".repeat(32), ...users).status, 44, users.join());
    }
    const disabled = it.run(python(SET_ENABLED, SITE, "0"), join(it.directory, "sites"));
    assert.is(disabled.status, 0, said(disabled));
    assert.is(giveKey("c3".repeat(32), "ada@acme.example").status, 44);
    assert.is(readUser("ada@acme.example")[0], before);
    it.run(python(SET_ENABLED, SITE, "1"), join(it.directory, "sites"));
    assert.is(giveKey("d4".repeat(32), "ada@acme.example").status, 0);
  });

  test("a second new-site on a name is refused and changes nothing", () => {
    const before = configOf(SITE);
    const ended = newSite(SITE);
    assert.is(ended.status, 1);
    assert.match(said(ended), `Site ${SITE} already exists`);
    assert.is(configOf(SITE), before);
    assert.equal(installedApps(SITE), ["frappe", it.app]);
  });

  test("a site that is not there is an error, and is not made", () => {
    const ended = bench("--site", "nosuch.kairos.app", "list-apps");
    assert.is(ended.status, it.version < 16 ? 1 : 2);
    assert.match(said(ended), "nosuch.kairos.app does not exist");
    assert.is.not(askForApps("nosuch.kairos.app").status, 0);
    assert.not(existsSync(pathOf("nosuch.kairos.app")));
  });

  test("a command that there is not, and any command outside a bench, ends with 2", () => {
    assert.is(onSite("nosuch").status, 2);
    const outside = it.run(["bench", "--site", SITE, "list-apps"], "/");
    assert.is(outside.status, 2);
    assert.match(outside.stdout, "Command not being executed in bench directory");
  });

  test("the Python of the bench finds a site from the directory of the sites alone", () => {
    assert.is(askForApps(SITE, "sites").status, 0);
    assert.is.not(askForApps(SITE, ".").status, 0);
  });

  test("a configuration that was emptied fails every command, and they leave it so", () => {
    const whole = configOf(SITE);
    const path = join(pathOf(SITE), "site_config.json");
    try {
      writeFileSync(path, "");
      for (const command of [["list-apps"], ["install-app", it.app]]) {
        assert.is(onSite(...command).status, 1, command[0]);
      }
      assert.is.not(askForApps(SITE).status, 0);
      assert.is(configOf(SITE), "");
    } finally {
      writeFileSync(path, whole);
    }
  });

  /** What is to be done beside what the app's own patches do. It is gone again when the test is over. */
  function withPatch(patch: string, run: () => void): void {
    const path = join(it.directory, "apps", it.app, it.app, "patches.txt");
    const whole = readFileSync(path, "utf8");
    try {
      writeFileSync(path, `${whole.trimEnd()}\n${patch}\n`);
      run();
    } finally {
      writeFileSync(path, whole);
    }
  }

  const migrate = () => onSite("migrate", "--skip-search-index");

  test("a migration says which patch it is at, does it once, and leaves the configuration as it is", () => {
    const before = configOf(SITE);
    withPatch("execute:1 + 1", () => {
      const ended = migrate();
      assert.is(ended.status, 0, said(ended));
      assert.match(ended.stdout, `Executing execute:1 + 1 in ${SITE} (${DATABASE})\n`);
      assert.match(ended.stdout, /\nSuccess: Done in [\d.]+s\n/);
      const again = migrate();
      assert.is(again.status, 0, said(again));
      assert.not.match(again.stdout, "Executing execute:1 + 1");
    });
    assert.is(configOf(SITE), before);
    assert.ok(existsSync(join(pathOf(SITE), "touched_tables.json")));
    const json = onSite("list-apps", "-f", "json");
    assert.equal(JSON.parse(json.stdout), { [SITE]: ["frappe", it.app] });
  });

  test("a migration that fails ends with 1, its patch and its exception, and the next one ends", () => {
    withPatch("execute:raise ValueError(42)", () => {
      const ended = migrate();
      assert.is(ended.status, 1, said(ended));
      const lines = said(ended).trimEnd().split("\n");
      // Version 16 says once more what the exception said, without its name.
      assert.match(lines.at(-1) ?? "", /^(ValueError: )?42$/);
      assert.is(
        lines.findLast((line) => /^\w+Error/.test(line)),
        "ValueError: 42",
      );
      const told = lines.filter((line) => /^(Executing|Success: Done) /.test(line));
      assert.is(told.at(-1), `Executing execute:raise ValueError(42) in ${SITE} (${DATABASE})`);
    });
    const ended = migrate();
    assert.is(ended.status, 0, said(ended));
    assert.equal(installedApps(SITE), ["frappe", it.app]);
  });

  test("a migration with a wrong login fails", () => {
    const path = join(pathOf(SITE), "site_config.json");
    const whole = configOf(SITE);
    try {
      writeFileSync(path, JSON.stringify({ ...JSON.parse(whole), db_password: "wrong" }, null, 1));
      const ended = migrate();
      assert.is(ended.status, 1);
      assert.match(said(ended), "Access denied");
    } finally {
      writeFileSync(path, whole);
    }
  });

  test("a new-site whose login fails leaves directory and configuration, which then are in the way", () => {
    const ended = newSite("wrong.kairos.app", "wrong");
    assert.is(ended.status, 1);
    assert.match(said(ended), "ERROR 1045 (28000): Access denied for user");
    assert.is(JSON.parse(configOf("wrong.kairos.app")).db_password, "wrong");
    assert.is(bench("--site", "wrong.kairos.app", "list-apps").status, 1);
    const asked = askForApps("wrong.kairos.app");
    assert.is(asked.status, 1);
    assert.match(asked.stderr, "Access denied");
    const again = newSite("wrong.kairos.app");
    assert.is(again.status, 1);
    assert.match(said(again), "already exists");
  });

  test("new-site on the database of another site overwrites that, and then its apps fail", () => {
    const ended = newSite("second.kairos.app");
    assert.is(ended.status, 0, said(ended));
    assert.equal(installedApps("second.kairos.app"), ["frappe"]);
    const failed = bench("--site", "second.kairos.app", "install-app", it.app);
    assert.is(failed.status, 1);
    assert.match(said(failed), /Duplicate entry|already exists/);
    assert.equal(installedApps("second.kairos.app"), ["frappe"]);
  });
}

const LOGIN_KEY = readFileSync(
  new URL("../../shared/operations/scripts/login_key.py", import.meta.url),
  "utf8",
);

const CUSTOMER = readFileSync(
  new URL("../../shared/operations/scripts/customer.py", import.meta.url),
  "utf8",
);

const READ_USER = `import frappe, sys
from frappe.utils import now_datetime
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
key, at = frappe.db.get_value(
    "User", sys.argv[2], ["reset_password_key", "last_reset_password_key_generated_on"]
)
print(key, (now_datetime() - at).total_seconds(), sep="|")`;

const SET_ENABLED = `import frappe, sys
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
frappe.db.set_value("User", "ada@acme.example", {"enabled": int(sys.argv[2])}, update_modified=False)
frappe.db.commit()`;

function said({ stdout, stderr }: Ended): string {
  return `${stdout}${stderr}`;
}
