/** How the scripts log in to a MariaDB: with any password, and with the encryption that they are told. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeCertificate } from "../testkit/loopback-certificate.ts";
import type { Certificate } from "../testkit/loopback-certificate.ts";
import { runScript } from "../infrastructure/chart-script.ts";
import { ACME, CREATE, DROP } from "../crash/crash-injection.ts";
import { missingMariadb, startMariadb } from "../testkit/mariadb-server.ts";
import type { MariadbServer } from "../testkit/mariadb-server.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("logging in to MariaDB");

/** All that an option file has a meaning for. */
const PASSWORD = String.raw`#1 "quoted" 'too' \n \\ = ; [x] $(id)`;

const missing = missingMariadb();
if (missing === null) addTests();
else skip(test, "logging in to MariaDB", "mariadb", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  let certificate: Certificate;
  let server: MariadbServer;
  let bench: SiteBench;
  test.before(async () => {
    certificate = makeCertificate(directory);
    server = await startMariadb({ rootPassword: PASSWORD, certificate: certificate.files });
    bench = createSiteBench({ ...server.address, host: "localhost" });
  });
  test.after(async () => {
    await server?.stop();
    bench?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const trusted = () => ({
    DB_TLS: "verify",
    DB_TLS_CA: readFileSync(certificate.files.cert, "utf8"),
  });

  /** What the administrator can do of a life; the fake bench of a create does not know certificates. */
  async function drop(env: Record<string, string>): ReturnType<SiteBench["run"]> {
    const work: Work = { ...DROP, tenant: ACME, env };
    return bench.run(work);
  }

  test("a server whose certificate is checked is logged in to, with any password", async () => {
    const { status, output } = await drop(trusted());
    assert.is(status, 0, output);
    assert.not.match(output, "quoted");
  });

  test("a server whose certificate another authority has signed is not talked to", async () => {
    const other = makeCertificate(mkdtempSync(join(directory, "other-")));
    const env = { DB_TLS: "verify", DB_TLS_CA: other.cert.toString() };
    const { status, message } = await drop(env);
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /certificate|TLS|SSL/);
  });

  test("off sends nothing encrypted, which this server refuses", async () => {
    const { status, message } = await drop({ DB_TLS: "off" });
    assert.is(status, 1);
    assert.match(message?.reason ?? "", /ERROR/);
  });

  test("a way to encrypt that does not exist is refused", async () => {
    const { message } = await drop({ DB_TLS: "perhaps" });
    assert.match(message?.reason ?? "", /DB_TLS is missing or has an unexpected form/);
    const created = await bench.run({ ...CREATE, env: { DB_TLS: "" } });
    assert.match(created.message?.reason ?? "", /DB_TLS is missing or has an unexpected form/);
  });

  test("the backup logs in alike", async () => {
    const dump = (env: Record<string, string>, name: string) =>
      runScript("dump.sh", {
        DB_HOST: "localhost",
        DB_PORT: String(server.address.port),
        DB_ROOT_USERNAME: "root",
        DB_ROOT_PASSWORD: PASSWORD,
        DUMP: join(directory, name),
        ...env,
      });
    const whole = await dump(trusted(), "whole");
    assert.is(whole.status, 0, whole.output);
    assert.match(whole.output, /^dumped 0 databases/m);
    assert.is((await dump({ DB_TLS: "off" }, "off")).status, 1);
    const wrong = await dump({ DB_TLS: "perhaps" }, "wrong");
    assert.match(wrong.output, /DB_TLS must be default, verify or off/);
  });
}
