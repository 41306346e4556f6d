import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { temporaryDirectory } from "../../../tests/testkit/temporary-directory.ts";
import { LocalProblem } from "../start-error.ts";
import { findJava, requirePython } from "./programs.ts";

const test = suite("programs that a stack needs");

const root = temporaryDirectory();
test.after(() => rmSync(root, { recursive: true, force: true }));

let made = 0;

/** A directory for the PATH, with scripts that print what is given here. */
function machine(programs: Record<string, string>): string {
  const bin = join(root, String(made++));
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

function messageOf(look: () => unknown): string {
  try {
    look();
    return "nothing is missing";
  } catch (error) {
    return error instanceof LocalProblem ? error.message : String(error);
  }
}

const debian = (...versions: number[]) =>
  versions.map((version) => `echo openjdk-${version}-jre-headless`).join("\n");

const commands: [system: string, programs: Record<string, string>, said: string][] = [
  [
    "Debian 12",
    { "apt-get": "", "apt-cache": debian(17) },
    "sudo apt-get install openjdk-17-jre-headless.",
  ],
  [
    "Debian 13, which has no 17",
    { "apt-get": "", "apt-cache": debian(25, 21) },
    "sudo apt-get install openjdk-21-jre-headless.",
  ],
  [
    "an Ubuntu that has older ones too",
    { "apt-get": "", "apt-cache": debian(11, 17, 8) },
    "sudo apt-get install openjdk-17-jre-headless.",
  ],
  ["Fedora", { dnf: "" }, "sudo dnf install java-21-openjdk-headless."],
  ["Arch", { pacman: "" }, "sudo pacman -S jre-openjdk-headless."],
  ["Alpine", { apk: "" }, "sudo apk add openjdk21-jre-headless."],
  ["macOS", { brew: "" }, "brew install --cask temurin."],
  ["Linux with Homebrew beside dnf", { brew: "", dnf: "" }, "sudo dnf install java-21"],
  ["any other", {}, "Install a Java runtime of version 17 or newer"],
];
for (const [system, programs, said] of commands) {
  test(`without Java on ${system}, the command that installs one is named`, () => {
    const message = messageOf(() => findJava({ PATH: machine(programs) }));
    assert.match(message, /^Java is missing: there is no java on the PATH\. Install /);
    assert.match(message, said);
  });
}

const javas: [says: string, version: number | RegExp][] = [
  ['openjdk version "17.0.15" 2025-04-15', 17],
  ['openjdk version "25" 2025-09-16', 25],
  ['java version "1.8.0_392"', /\/java is Java 8\./],
  ['openjdk version "11.0.2" 2019-01-15', /\/java is Java 11\./],
  ["The operation couldn't be completed. Unable to locate a Java Runtime.", /does not tell/],
];
for (const [says, expected] of javas) {
  test(`a java that says ${says}`, () => {
    const env = { PATH: machine({ java: `echo "${says.replaceAll('"', '\\"')}" >&2` }) };
    if (typeof expected === "number") assert.is(findJava(env).version, expected);
    else
      assert.match(
        messageOf(() => findJava(env)),
        expected,
      );
  });
}

const pythons: [script: string, said: RegExp][] = [
  ["echo 3.9", /^nothing is missing$/],
  ["echo 3.14", /^nothing is missing$/],
  [
    "echo 3.8",
    /needs Python 3\.9 or newer.*is Python 3\.8\. Install it with: sudo apk add python3\.$/,
  ],
  ["echo 2.7", /is Python 2\.7/],
  ["exit 1", /does not run/],
];
for (const [script, said] of pythons) {
  test(`a python3 that does: ${script}`, () => {
    const env = { PATH: machine({ apk: "" }) };
    assert.match(
      messageOf(() => requirePython(env, machine({ python3: script }))),
      said,
    );
  });
}

test("Python is looked for where the fake bench looks, not on the caller's PATH", () => {
  const env = { PATH: machine({ python3: "echo 3.12", dnf: "" }) };
  const empty = machine({});
  assert.is(
    messageOf(() => requirePython(env, empty)),
    `Python is missing: there is no python3 in ${empty}. Install it with: sudo dnf install python3.`,
  );
  requirePython({ PATH: "/nowhere" });
});

test.run();
