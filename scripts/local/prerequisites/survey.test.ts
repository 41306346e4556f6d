import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { fetchedJar } from "./emulator-jars.ts";
import { completeMachine, programsOf, surveyMachine } from "./survey.ts";

const test = suite("what a machine has");

const root = temporaryDirectory();
test.after(() => rmSync(root, { recursive: true, force: true }));

let made = 0;

/** A machine with a Java of a version and these files below its home; `sdk/` is the Google Cloud CLI. */
function machine(java: number, ...files: string[]) {
  const home = join(root, String(made++));
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), content);
    chmodSync(join(home, file), 0o755);
  };
  write("sdk/bin/java", `#!/bin/sh\necho 'openjdk version "${java}.0.1"' >&2\n`);
  if (files.some((file) => file.startsWith("sdk/platform"))) write("sdk/bin/gcloud", "");
  for (const file of files) write(file, "");
  return { home, env: { HOME: home, PATH: join(home, "sdk/bin") } };
}

const CLI = [
  "sdk/platform/cloud-firestore-emulator/cloud-firestore-emulator.jar",
  "sdk/platform/pubsub-emulator/lib/cloud-pubsub-emulator-0.8.20-all.jar",
];
const FETCHED = [
  ".cache/kairos-control-plane/firestore-emulator-1.19.8.jar",
  ".cache/kairos-control-plane/pubsub-emulator-0.8.17.jar",
];
const firebase = (firestore: string, pubsub: string) => [
  `.cache/firebase/emulators/cloud-firestore-emulator-v${firestore}.jar`,
  `.cache/firebase/emulators/pubsub-emulator-${pubsub}/pubsub-emulator/lib/cloud-pubsub-emulator-${pubsub}-all.jar`,
];
const KNOWN = firebase("1.19.8", "0.8.17");
const OLD = firebase("1.9.0", "0.7.1");
const NEW = firebase("1.22.0", "0.8.37");

const places: [sentence: string, java: number, files: string[], found: string[]][] = [
  ["the Google Cloud CLI's come first", 17, [...CLI, ...FETCHED, ...KNOWN], CLI],
  ["then what was fetched", 17, [...FETCHED, ...KNOWN], FETCHED],
  ["then the Firebase CLI's, the newest of them", 17, [...OLD, ...KNOWN], KNOWN],
  ["but none that may need a newer Java", 17, [...NEW, ...OLD], OLD],
  ["which a newer Java runs", 21, [...NEW, ...KNOWN], NEW],
  [
    "each is looked for by itself",
    17,
    [CLI[0] ?? "", FETCHED[1] ?? ""],
    [CLI[0] ?? "", FETCHED[1] ?? ""],
  ],
];
for (const [sentence, java, files, found] of places) {
  test(`emulators: ${sentence}`, () => {
    const { home, env } = machine(java, ...files);
    const programs = programsOf(
      surveyMachine(env, { emulators: ["firestore", "pubsub"], bench: true }),
    );
    const jars = programs.map(({ args }) => args.find((argument) => argument.endsWith(".jar")));
    assert.equal(
      jars,
      found.map((file) => join(home, file)),
    );
  });
}

test("the caches lie where the environment says", () => {
  const { home } = machine(17);
  const XDG_CACHE_HOME = join(home, "elsewhere");
  assert.is(
    fetchedJar("firestore", { HOME: home, XDG_CACHE_HOME }),
    join(XDG_CACHE_HOME, "kairos-control-plane/firestore-emulator-1.19.8.jar"),
  );
  const { env, home: other } = machine(17, "own/cloud-firestore-emulator-v1.19.8.jar");
  const withOwn = { ...env, FIREBASE_EMULATORS_PATH: join(other, "own") };
  assert.is(
    programsOf(surveyMachine(withOwn, { emulators: ["firestore"], bench: false })).length,
    1,
  );
});

test("everything that is missing is said at once, a line each", () => {
  const { home } = machine(17);
  const env = { HOME: home, PATH: "/nowhere" };
  const needed = {
    emulators: ["firestore" as const, "pubsub" as const],
    bench: true,
    benchPath: "/nowhere",
  };
  let said = "";
  try {
    programsOf(surveyMachine(env, needed));
  } catch (error) {
    said = (error as Error).message;
  }
  assert.equal(
    said.split("\n").map((line) => line.replace(/ is missing.*/, "")),
    ["Java", "Python", "The Firestore emulator", "The Pub/Sub emulator"],
  );
});

test("emulators are fetched only where nothing else is missing, and are used then", async () => {
  const asked: string[][] = [];
  const { env, home } = machine(17, ...CLI.slice(1));
  const fetchMissing = async (missing: string[]) => {
    asked.push(missing);
    mkdirSync(join(home, ".cache/kairos-control-plane"), { recursive: true });
    writeFileSync(fetchedJar("firestore", env), "");
  };
  const needed = { emulators: ["firestore" as const, "pubsub" as const], bench: true };
  const without = completeMachine({ ...env, PATH: "/nowhere" }, needed, fetchMissing);
  assert.match(await without.then(() => "", String), /Java is missing/);
  assert.equal(asked, []);
  const programs = await completeMachine(env, needed, fetchMissing);
  assert.equal(asked, [["firestore"]]);
  assert.equal(
    programs.map(({ name }) => name),
    ["firestore", "pubsub"],
  );
});

test.run();
