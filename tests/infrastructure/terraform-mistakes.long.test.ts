/**
 * Whether `npm run terraform:check` can be believed: mistakes are planted one at a time into copies of small
 * roots that are valid, and each must be found and named.
 */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkTerraform } from "../../scripts/terraform/check-terraform.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";
import { CLUSTER_MISTAKES, MISTAKES } from "./terraform-mistakes.ts";
import type { Mistake } from "./terraform-mistakes.ts";

const test = suite("planted mistakes");

/** The roots that are valid, and what is planted into each. */
const PLANTED: Readonly<Record<string, typeof MISTAKES>> = {
  terraform: MISTAKES,
  "terraform-cluster": CLUSTER_MISTAKES,
};

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "planted mistakes", "terraform", missing);

function addTests(): void {
  let terraform: Terraform;
  test.before(async () => {
    terraform = await openTerraform();
  });
  test.after(() => terraform.close());

  for (const [fixture, mistakes] of Object.entries(PLANTED)) {
    test(`${fixture}: a root that is valid is found so, and nothing is left in it`, async () => {
      await onCopyOf(fixture, async (directory) => {
        const before = everythingIn(directory);
        assert.match(await check(directory, terraform), / Success! 1 passed, 0 failed\. null$/);
        assert.equal(everythingIn(directory), before);
      });
    });

    for (const [name, mistake] of Object.entries(mistakes)) {
      test(`${fixture}: found and named: ${name}`, async () => {
        await onCopyOf(fixture, async (directory) => {
          plant(mistake, directory);
          assert.match(await check(directory, terraform), mistake.told);
        });
      });
    }
  }
}

/** All that the check says, its lines made one: Terraform breaks sentences where a terminal would. */
async function check(directory: string, terraform: Terraform): Promise<string> {
  let output = "";
  const problem = await checkTerraform(directory, terraform, (text) => (output += text));
  return `${output} ${problem}`.replaceAll(/\s+/g, " ");
}

function plant({ replace, by, file = "main.tf" }: Mistake, directory: string): void {
  const path = join(directory, file);
  const text = readFileSync(path, "utf8");
  assert.is(text.split(replace).length, 2, "the text to replace is there once");
  writeFileSync(
    path,
    text.replace(replace, () => by),
  );
}

async function onCopyOf(fixture: string, use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-terraform-copy-"));
  try {
    cpSync(fileURLToPath(new URL(`../fixtures/${fixture}`, import.meta.url)), directory, {
      recursive: true,
    });
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function everythingIn(directory: string): string[] {
  return globSync("**/{*,.*}", { cwd: directory }).toSorted();
}

test.run();
