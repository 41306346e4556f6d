import { suite } from "uvu";
import * as assert from "uvu/assert";
import { problemsOf } from "../../tests/testkit/settings-problems.ts";
import type { Environment } from "../../shared/configuration/setting-types.ts";
import { parseLocalSettings } from "./local-settings.ts";

const test = suite("the local settings");

test("a real MariaDB is known by its address, its user, who is root by default, and a password", () => {
  const mariadb = (env: Environment) => parseLocalSettings(env).mariadb;
  const address = { LOCAL_MARIADB: "localhost:3307" };
  assert.is(mariadb({ LOCAL_MARIADB_USER: "ann" }), null);
  assert.equal(mariadb(address), {
    host: "localhost",
    port: 3307,
    username: "root",
    password: "",
  });
  assert.equal(
    mariadb({ ...address, LOCAL_MARIADB_USER: "ann", LOCAL_MARIADB_PASSWORD: "secret" }),
    { host: "localhost", port: 3307, username: "ann", password: "secret" },
  );
});

test("the local settings name a wrong port, time or fault", () => {
  const problems = problemsOf(() =>
    parseLocalSettings({ PORT: "http", LOCAL_BENCH_SECONDS: "soon", LOCAL_BENCH_FAULTS: "acme" }),
  );
  assert.is(problems.length, 3);
});

test("a local fault is one for every time, or for once", () => {
  const faults = (value: string) => parseLocalSettings({ LOCAL_BENCH_FAULTS: value }).benchFaults;
  assert.is(faults("acme:install-app, other:verify:once"), "acme:install-app,other:verify:once");
  assert.is(problemsOf(() => faults("acme:install-app:twice")).length, 1);
});

test("the local resync is a number of seconds, at least a tenth", () => {
  const seconds = (value?: string) =>
    parseLocalSettings({ LOCAL_RESYNC_SECONDS: value }).resyncSeconds;
  assert.equal([undefined, "0.1", "0.25", "60", "1.5"].map(seconds), [5, 0.1, 0.25, 60, 1.5]);
  for (const value of ["0", "0.0", "0.05", "-1", "1.", "soon", "123456"]) {
    assert.is(problemsOf(() => seconds(value)).length, 1, value);
  }
});

test("an emulator that already runs is named by its host and port", () => {
  const running = (value?: string) =>
    parseLocalSettings({ FIRESTORE_EMULATOR_HOST: value, PUBSUB_EMULATOR_HOST: "" })
      .runningEmulators;
  assert.equal(running(), { firestore: null, pubsub: null });
  assert.equal(running("localhost:8081"), { firestore: "localhost:8081", pubsub: null });
  for (const value of ["8081", "localhost", "http://localhost:8081"]) {
    assert.match(problemsOf(() => running(value)).join(), /^FIRESTORE_EMULATOR_HOST must be/);
  }
});

test.run();
