/**
 * What GitHub reads of this repository: the workflow, the updates and the forms are well-formed and name what there is.
 */
import { load } from "js-yaml";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";

const test = suite("what GitHub reads");

interface Workflow {
  permissions: unknown;
  jobs: Record<string, { "timeout-minutes": number; steps: { uses?: string; run?: string }[] }>;
}

interface Updates {
  updates: { "package-ecosystem": string; directory?: string; directories?: string[] }[];
}

interface Form {
  name: string;
  description: string;
  body: { type: string; id?: string; attributes: { label?: string } }[];
}

function read(path: string): string {
  return readFileSync(join(repository, path), "utf8");
}

const workflow = load(read(".github/workflows/ci.yml")) as Workflow;
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

test("the workflow runs the check of every change, may only read, and ends", () => {
  assert.ok(steps.some(({ run }) => run === ".ci/run"));
  assert.equal(workflow.permissions, { contents: "read" });
  for (const job of Object.values(workflow.jobs)) assert.is(job["timeout-minutes"], 90);
});

test("every action has a version", () => {
  const actions = steps.flatMap(({ uses }) => uses ?? []);
  assert.ok(actions.length > 0);
  for (const action of actions) assert.match(action, /^[\w-]+\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
});

test("the check of every change runs the README's commands", () => {
  const readme = read("README.md");
  assert.match(readme, /^npm ci && npm start$/m);
  for (const command of ["npm test", "npm run test:long"]) {
    assert.match(readme, new RegExp(`^${command}\\b`, "m"));
    assert.match(read(".ci/run"), new RegExp(`^${command}$`, "m"));
  }
});

test("updates are looked for where there are dependencies", () => {
  const { updates } = load(read(".github/dependabot.yml")) as Updates;
  const roots = { npm: "package.json", terraform: "versions.tf", "github-actions": ".github" };
  assert.equal(
    updates.map((update) => update["package-ecosystem"]).toSorted(),
    Object.keys(roots).toSorted(),
  );
  for (const { directory, directories = [directory ?? ""], ...update } of updates) {
    const file = roots[update["package-ecosystem"] as keyof typeof roots];
    for (const path of directories) assert.ok(existsSync(join(repository, path, file)), path);
  }
});

for (const path of globSync(".github/ISSUE_TEMPLATE/*.yml", { cwd: repository })) {
  test(`${path} is a form whose questions have names of their own`, () => {
    const { name, description, body } = load(read(path)) as Form;
    assert.ok(name !== "" && description !== "");
    const questions = body.filter(({ type }) => type !== "markdown");
    assert.is(new Set(questions.map(({ id }) => id)).size, questions.length);
    for (const { id, attributes } of questions) assert.ok(id && attributes.label, path);
  });
}

test.run();
