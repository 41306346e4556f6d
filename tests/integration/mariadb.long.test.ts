/** Site Jobs with the real scripts on a real MariaDB server. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName } from "../../shared/tenant/names.ts";
import { ACME, CREATE, DROP, NEXT } from "../crash/crash-injection.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench } from "../testkit/site-bench.ts";
import { freePorts } from "../../scripts/local/loopback-ports.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";

const test = suite("site Jobs on a real MariaDB");

const missing = missingMariadb();
if (missing === null) addTests();
else skip(test, "site Jobs on a real MariaDB", "mariadb", missing);
test.run();

function addTests(): void {
  let server: MariadbServer;
  let bench: SiteBench;
  test.before(async () => {
    server = await startMariadb();
  });
  test.after(async () => {
    // One that did not come up must not hide why.
    await server?.stop();
  });
  test.before.each(() => {
    bench = createSiteBench(server.address);
  });
  test.after.each(async () => {
    for (const tenant of [ACME, NEXT, OTHER]) {
      await bench.run({ kind: "drop", tenant, generation: 99 });
    }
    bench.remove();
    assert.equal(server.state(), []);
  });

  const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");
  const own = databaseName(ACME.id);
  const asTenant = { user: own, password: "database-secret" };

  /** A session, such as a worker has one: of the tenant's, unless it says whose. */
  function openSession(user = own, password = asTenant.password) {
    const at = [`--host=${server.address.host}`, `--port=${server.address.port}`, `--user=${user}`];
    const database = user === own ? [own] : [];
    const session = spawn(
      "mariadb",
      ["--no-defaults", "--protocol=tcp", ...at, "--unbuffered", "--batch", ...database],
      { env: { ...process.env, MYSQL_PWD: password }, stdio: ["pipe", "pipe", "ignore"] },
    );
    // The server may have closed it by then.
    session.stdin.on("error", () => {});
    return session;
  }

  test("create makes the database and the user that it should, and no other", async () => {
    assert.is((await bench.run(CREATE)).status, 0);
    assert.equal(server.state(), [
      `database ${own} utf8mb4 utf8mb4_unicode_ci`,
      `grant ${own}@% ${own}`,
      `table ${own}.tabDocType`,
      `table ${own}.taberpnext`,
      `user ${own}@%`,
    ]);
  });

  test("what cannot reach its server, or finds it full, has met an outage, and no refusal is one", async () => {
    const [port = 0] = await freePorts(1);
    const { message } = await createSiteBench({ ...server.address, port }).run(CREATE);
    assert.equal([message?.step, message?.code], ["check-services", "DatabaseUnavailable"]);
    const wrong = createSiteBench({ ...server.address, rootPassword: "wrong" });
    const refused = await wrong.run(CREATE);
    assert.match(refused.message?.reason ?? "", /^ERROR 1045 /);
    assert.is(refused.message?.code, undefined);
    const limit = server.query("SELECT @@max_connections");
    server.query("SET GLOBAL max_connections = 10");
    const sessions = Array.from({ length: 11 }, () =>
      openSession("root", server.address.rootPassword),
    );
    try {
      await eventually("the server takes nobody more", async () => {
        const full = await bench.run(CREATE);
        return full.message?.code === "DatabaseUnavailable" ? true : null;
      });
    } finally {
      for (const session of sessions) session.kill();
      await eventually("the server takes somebody again", async () => {
        try {
          return server.query(`SET GLOBAL max_connections = ${limit[0]}`);
        } catch {
          return null;
        }
      });
    }
    assert.is((await bench.run(CREATE)).status, 0);
  });

  test("a second attempt after a half-made site logs in with the stored password", async () => {
    const env = { LOCAL_BENCH_FAULTS: "acme:install-app" };
    assert.is((await bench.run({ ...CREATE, env })).status, 1);
    assert.is((await bench.run({ ...CREATE, attempt: 2 })).status, 0);
    assert.equal(server.query("SELECT 1", { ...asTenant, database: own }), ["1"]);
  });

  test("a tenant's user reads no other tenant's database, nor a name that only looks alike", async () => {
    await bench.run(CREATE);
    await bench.run({ kind: "create", tenant: OTHER });
    const others = databaseName(OTHER.id);
    assert.throws(() => server.query(`SELECT * FROM ${others}.tabDocType`, asTenant), /denied/);
    assert.throws(() => server.query("SELECT user FROM mysql.user", asTenant), /denied/);
    assert.throws(() => server.query("CREATE DATABASE tnother", asTenant), /denied/);
    assert.equal(
      server.query("SHOW DATABASES", asTenant).filter((name) => name.startsWith("tn")),
      [own],
    );
  });

  test("drop removes database and user at every host, and leaves the other tenants'", async () => {
    await bench.run({ kind: "create", tenant: OTHER });
    const before = server.state();
    await bench.run(CREATE);
    server.query(`CREATE USER '${own}'@'10.0.0.7' IDENTIFIED BY 'x'`);
    assert.is((await bench.run(DROP)).status, 0);
    assert.equal(server.state(), before);
    assert.throws(() => server.query("SELECT 1", asTenant), /denied/);
  });

  test("a session that a dead Pod left with a lock does not block a drop", async () => {
    await bench.run(CREATE);
    const session = openSession();
    const ended = new Promise((resolve) => session.once("close", resolve));
    session.stdin.write("BEGIN; SELECT COUNT(*) FROM tabDocType;\n");
    await new Promise((resolve) => session.stdout.once("data", resolve));
    const { status, output } = await bench.run(DROP);
    assert.is(status, 0, output);
    session.stdin.end("SELECT 1;\n");
    await ended;
    assert.equal(server.state(), []);
  });

  test("another's site survives; only our own database and user go", async () => {
    mkdirSync(bench.site(ACME));
    writeFileSync(join(bench.site(ACME), "precious"), "data");
    server.query(`CREATE DATABASE ${own}; CREATE USER '${own}'@'%' IDENTIFIED BY 'x'`);
    assert.is((await bench.run(CREATE)).status, 65);
    assert.is(server.state().length, 2, "create touches nothing");
    const { status, message } = await bench.run(DROP);
    assert.is(status, 0);
    assert.is(message?.reason, "SiteNotOurs");
    assert.equal(server.state(), []);
    assert.ok(existsSync(join(bench.site(ACME), "precious")));
  });

  test("a database that is away is an error in its own words, without the password", async () => {
    const env = { DB_PORT: "1" };
    const created = await bench.run({ ...CREATE, env });
    assert.is(created.status, 1);
    assert.match(created.message?.reason ?? "", /Can't connect/);
    const dropped = await bench.run({ ...DROP, env });
    assert.is(dropped.status, 1);
    assert.match(dropped.message?.reason ?? "", /Can't connect/);
    assert.not.match(created.output + dropped.output, /root-secret|database-secret/);
  });

  test("a wrong administrator's password is an error in MariaDB's words", async () => {
    const { status, message } = await bench.run({ ...CREATE, env: { DB_ROOT_PASSWORD: "wrong" } });
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /Access denied for user 'root'/);
  });

  for (const kind of ["suspend", "retain"] as const) {
    test(`${kind} shuts the tenant's user out at once, in the middle of what it writes, and resume lets it in`, async () => {
      await bench.run(CREATE);
      await bench.run({ kind: "create", tenant: OTHER });
      const session = openSession();
      session.stdin.write(
        "BEGIN; INSERT INTO tabDocType VALUES ('half'); SELECT COUNT(*) FROM tabDocType;\n",
      );
      await new Promise((resolve) => session.stdout.once("data", resolve));
      const shut = await bench.run({ kind, tenant: ACME, generation: 2 });
      assert.is(shut.status, 0, shut.output);
      // What it sends from now on is not taken.
      session.stdin.end("COMMIT;\n");
      await new Promise((resolve) => session.once("close", resolve));
      assert.equal(server.query(`SELECT name FROM ${own}.tabDocType`), []);
      assert.throws(() => server.query("SELECT 1", asTenant), /account is locked/);
      const others = { user: databaseName(OTHER.id), password: "database-secret" };
      assert.equal(server.query("SELECT 1", others), ["1"]);
      const resumed = await bench.run({ kind: "resume", tenant: ACME, generation: 3 });
      assert.is(resumed.status, 0, resumed.output);
      assert.equal(server.query("SELECT 1", asTenant), ["1"]);
      assert.equal(server.query(`SELECT name FROM ${own}.tabDocType`), []);
    });
  }

  test("a user that something unlocks again is not taken for suspended", async () => {
    await bench.run(CREATE);
    server.query(`ALTER USER '${own}'@'%' ACCOUNT LOCK`);
    // As when a create works at the same time: it makes the user anew.
    const unlocking = join(bench.directory, "scratch", "unlocking");
    mkdirSync(unlocking, { recursive: true });
    const client = `#!/usr/bin/env bash
statements=$(cat)
/usr/bin/mariadb "$@" <<<"\${statements//ACCOUNT LOCK/ACCOUNT UNLOCK}"
`;
    writeFileSync(join(unlocking, "mariadb"), client, { mode: 0o755 });
    const env = { PATH: `${unlocking}:/usr/local/bin:/usr/bin:/bin` };
    const run = await bench.run({ kind: "suspend", tenant: ACME, generation: 2, env });
    assert.is(run.status, 1);
    assert.match(run.message?.reason ?? "", /still lets in the user/);
  });

  test("npm start makes its sites in it, where LOCAL_MARIADB says so", async () => {
    const { host, port, rootPassword } = server.address;
    const it = await startTestStack({
      LOCAL_MARIADB: `${host}:${port}`,
      LOCAL_MARIADB_PASSWORD: rootPassword,
    });
    try {
      const body = { organization: "Acme", subdomain: "acme", email: "office@acme.example" };
      const created = await it.call("POST", "/tenants", { body });
      const id = String(created.body["id"]);
      await it.until(id, "active");
      assert.ok(server.state().includes(`table ${databaseName(id)}.tabDocType`));
      await it.call("DELETE", `/tenants/${id}`);
      await it.until(id, "gone");
      assert.equal(server.state(), []);
    } finally {
      await it.stop();
    }
  });
}
