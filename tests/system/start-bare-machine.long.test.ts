/** `npm start` on a machine that lacks something: what it says, what it asks, and what it fetches. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { createStarter, which } from "../testkit/bare-start.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("npm start on a bare machine");

const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

const { pathWith, startWith } = createStarter(directory);

/** A machine with Java, a Google Cloud CLI without emulators, and a home with nothing in it. */
function bareMachine(): Record<string, string | undefined> {
  const root = join(directory, "sdk");
  const bin = join(root, "bin");
  mkdirSync(join(root, "platform"), { recursive: true });
  if (!existsSync(bin)) {
    mkdirSync(bin);
    writeFileSync(join(bin, "gcloud"), "");
    symlinkSync(which("java"), join(bin, "java"));
  }
  const HOME = join(directory, "empty-home");
  return { PATH: bin, HOME, XDG_CACHE_HOME: undefined, FIREBASE_EMULATORS_PATH: undefined };
}

test("without emulators, each is named in a sentence that says how to get it, and nothing is fetched", () => {
  const { status, stderr, hasDirectory } = startWith(bareMachine());
  assert.is(status, 1);
  const [firestore = "", pubsub = "", ...more] = stderr.trimEnd().split("\n");
  assert.match(firestore, /^The Firestore emulator is missing\. npm start -- --fetch fetches it/);
  assert.match(firestore, "gcloud components install cloud-firestore-emulator");
  assert.match(pubsub, /^The Pub\/Sub emulator is missing\. npm start -- --fetch fetches it/);
  assert.equal(more, []);
  assert.not(hasDirectory);
  assert.not(existsSync(join(directory, "empty-home")));
});

test("all that is missing is said at once, and nothing is fetched while something must be installed", () => {
  const { PATH: _path, ...env } = bareMachine();
  const { status, stderr, hasDirectory } = startWith({
    ...env,
    PATH: pathWith("nothing", {}),
    LOCAL_FETCH_EMULATORS: "true",
    // Nobody listens at the port 9.
    LOCAL_EMULATOR_MIRROR: "http://127.0.0.1:9",
  });
  assert.is(status, 1);
  const lines = stderr.trimEnd().split("\n");
  assert.match(lines[0] ?? "", /^Java is missing.*Install a Java runtime of version 17/);
  assert.match(lines[1] ?? "", /^The Firestore emulator is missing/);
  assert.match(lines[2] ?? "", /^The Pub\/Sub emulator is missing/);
  assert.is(lines.length, 3, stderr);
  assert.not(hasDirectory);
});

test("--fetch fetches, and what stands in the way is one sentence", () => {
  const env = { ...bareMachine(), LOCAL_EMULATOR_MIRROR: "http://127.0.0.1:9" };
  const { status, stderr, hasDirectory } = startWith(env, "--fetch");
  assert.is(status, 1);
  assert.match(
    stderr,
    /^The Firestore emulator cannot be fetched: http:\/\/127\.0\.0\.1:9\/cloud-firestore-emulator-v[\d.]+\.jar cannot be reached \(/,
  );
  assert.match(stderr, "or install it with: gcloud components install cloud-firestore-emulator");
  assert.is(stderr.trimEnd().split("\n").length, 1, stderr);
  assert.not(hasDirectory);
});

/** `npm start` at a terminal of its own, where somebody types an answer to what it asks. */
function answerAtTerminal(answer: string, env: Record<string, string | undefined>) {
  const command = `'${process.execPath}' '${join(repository, "scripts/start.ts")}' --directory '${join(directory, "never-started")}'`;
  return spawnSync(which("script"), ["-qec", command, "/dev/null"], {
    encoding: "utf8",
    input: answer,
    env: { ...process.env, ...bareMachine(), CI: undefined, ...env },
  });
}

test("at a terminal it asks: Enter fetches, n does not, and CI is never asked", () => {
  const mirror = { LOCAL_EMULATOR_MIRROR: "http://127.0.0.1:9" };
  const question =
    /The Firestore emulator \(64 MB\) and the Pub\/Sub emulator \(65 MB\) are missing\. Fetch them from \S+ into \S+\? \[Y\/n\]/;
  const yes = answerAtTerminal("\n", mirror);
  assert.match(yes.stdout, question);
  assert.match(yes.stdout, /The Firestore emulator cannot be fetched/);
  assert.is(yes.status, 1);

  const no = answerAtTerminal("n\n", mirror);
  assert.match(no.stdout, question);
  assert.match(no.stdout, /The Firestore emulator is missing/);
  assert.is(no.status, 1);

  const robot = answerAtTerminal("\n", { ...mirror, CI: "true" });
  assert.not.match(robot.stdout, question);
  assert.match(robot.stdout, /The Firestore emulator is missing/);
  assert.is(robot.status, 1);
});

test.run();
