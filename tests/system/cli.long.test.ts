/**
 * docs/cli.md as an operator follows it: its commands one after the other, by the real restish on a whole stack, and what
 * the page shows of their answers.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { COMMAND_NAMES } from "../../functions/api/docs/command-names.ts";
import { repository } from "../../scripts/repository.ts";
import { skip } from "../testkit/parts.ts";
import { startTestStack, temporaryDirectory } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("docs/cli.md");

/** Commands of the page, and what it shows of their answer. */
interface Step {
  commands: string;
  language: string | undefined;
  shown: string;
}

interface Result {
  output: string;
  errors: string;
}

const page = readFileSync(join(repository, "docs/cli.md"), "utf8");
const directory = temporaryDirectory();
test.after(() => rmSync(directory, { recursive: true, force: true }));

/** What the page's commands run with, and nothing else. */
const environment = { PATH: process.env["PATH"], HOME: join(directory, "home") };
mkdirSync(environment.HOME);

/** Which restish this is: 0.21 or 2. Null where there is none. */
const version = findVersion();

function findVersion(): string | null {
  const help = spawnSync("restish", ["api", "--help"], { env: environment, encoding: "utf8" });
  if (help.error !== undefined) return null;
  return help.stdout.includes("connect") ? "2" : "0.21";
}

/** The page's steps, but those for another version. */
function stepsOf(text: string): Step[] {
  const blocks = text.matchAll(/^```sh\n([^]*?)^```$(?:\n\n```(json|text)\n([^]*?)^```$)?/gm);
  return [...blocks]
    .map(([, commands = "", language, shown = ""]) => ({ commands, language, shown }))
    .filter(({ commands }) => (/^# restish (\S+)/.exec(commands)?.[1] ?? version) === version);
}

/** Where the page names an installation, or asks for pages of a size that no test fills, the test has its own. */
function onStack(commands: string, url: string): string {
  return commands
    .replaceAll("https://control.example.com", url)
    .replaceAll("--limit 1000", "--limit 1");
}

/** Runs the steps one after the other in one shell, as they are typed. The first reads the key from the terminal. */
async function run(steps: Step[], { urls, apiKey }: TestStack["stack"]): Promise<Result[]> {
  const script = steps.map(({ commands }, index) => {
    const place = join(directory, String(index));
    return `{\n${onStack(commands, urls.api)}\n} >${place}.out 2>${place}.err\n`;
  });
  // Nobody is waited for as long as by a person.
  writeFileSync(join(directory, "script"), `sleep() { command sleep 0.2; }\n${script.join("")}`);
  const shell = spawn("bash", [join(directory, "script")], {
    cwd: directory,
    env: environment,
    stdio: ["pipe", "inherit", "inherit"],
  });
  shell.stdin.end(`${apiKey}\n`);
  await new Promise((resolve) => shell.once("close", resolve));
  const read = (index: number, name: string) =>
    readFileSync(join(directory, `${index}.${name}`), "utf8");
  return steps.map((_, index) => ({ output: read(index, "out"), errors: read(index, "err") }));
}

/** Whether an answer has all that is shown of it. */
function has(answer: unknown, shown: unknown): boolean {
  if (typeof shown === "string") return patternOf(shown).test(String(answer));
  if (typeof shown !== "object" || shown === null) return answer === shown;
  if (typeof answer !== "object" || answer === null) return false;
  const fields = answer as Record<string, unknown>;
  return Object.entries(shown).every(([key, value]) => key in fields && has(fields[key], value));
}

/** Whether all lines that are shown are among these, in their order, whatever a table's frame is drawn with. */
function hasLines(output: string, shown: string): boolean {
  const lines = linesOf(output);
  let from = 0;
  return linesOf(shown).every((line) => {
    const pattern = patternOf(line);
    from = 1 + lines.findIndex((one, index) => index >= from && pattern.test(one));
    return from > 0;
  });
}

function linesOf(text: string): string[] {
  const lines = text.replaceAll(/[\u2500-\u257f]/g, " ").split("\n");
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}

/** An ellipsis stands for anything. */
function patternOf(shown: string): RegExp {
  const literal = shown.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/ +/g, "\\s+");
  return new RegExp(`^${literal.replaceAll("…", ".*")}$`, "s");
}

function isAsShown({ language, shown }: Step, { output }: Result): boolean {
  switch (language) {
    case undefined:
      return true;
    case "json":
      return has(parsed(output), JSON.parse(shown));
    default:
      return hasLines(output, shown);
  }
}

/** Null of what is no JSON. */
function parsed(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

test("names no command that there is not", () => {
  const names = new Set<string>(Object.values(COMMAND_NAMES));
  const named = [...page.matchAll(/restish kairos ([a-z][a-z-]*)/g)].map(([, name = ""]) => name);
  assert.ok(named.length > 20);
  assert.equal(
    named.filter((name) => !names.has(name)),
    [],
  );
});

const name = "its commands do what it says, by the real restish";
if (version !== null) addRun();
else skip(test, name, "restish", "there is no restish");
test.run();

function addRun(): void {
  let it: TestStack;
  test.before(async () => {
    it = await startTestStack({
      BENCHES: JSON.stringify([
        { name: "v16-32", image: "frappe/erpnext:v16.32.3", current: true },
        { name: "v16-33", image: "frappe/erpnext:v16.33.0" },
      ]),
      LOCAL_PATCH_SECONDS: "0.1",
      LOCAL_BENCH_FAULTS: "globex:install-app",
      RETENTION_DAYS: "14",
      POOL_SIZE: "0",
    });
    await create("globex", "failed");
    const canary = await create("initech", "active");
    await it.call("PATCH", `/tenants/${canary}`, { body: { canary: true } });
  });
  test.after(() => it?.stop());

  /** What the page finds there: one that failed, and one with which a rollout begins, and after which it waits. */
  async function create(subdomain: string, wanted: string): Promise<string> {
    const body = { organization: "Acme", subdomain, email: `office@${subdomain}.example` };
    const id = String((await it.call("POST", "/tenants", { body })).body["id"]);
    await it.until(id, wanted);
    return id;
  }

  test(name, async () => {
    const steps = stepsOf(page);
    const results = await run(steps, it.stack);
    const wrong = steps.flatMap((step, index) => {
      const result = results[index] ?? { output: "", errors: "not run" };
      return isAsShown(step, result) ? [] : [{ ...step, ...result }];
    });
    assert.equal(wrong, []);
  });

  test("leaves the key in no file", () => {
    const found = spawnSync("grep", ["-rlF", it.stack.apiKey, directory], { encoding: "utf8" });
    assert.is(found.stdout, "");
  });
}
