/** No bench is left out of Terraform's benches while it has sites: a root that keeps them as ours do is applied for real. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/temporary-directory.ts";

const test = suite("benches that are left out");

const FIXTURE = fileURLToPath(new URL("../fixtures/terraform-benches", import.meta.url));
const read = (...path: string[]) => readFileSync(join(...path), "utf8");

test("both roots keep their benches as the fixture does", () => {
  const guardOf = (text: string) =>
    /resource "terraform_data" "bench" \{[^]*?(provisioner "local-exec" \{[^]*?\n {2}\})/.exec(
      text,
    )?.[1];
  const guard = guardOf(read(FIXTURE, "main.tf"));
  assert.ok(guard);
  assert.is(guardOf(read(TERRAFORM_ROOT, "benches.tf")), guard);
  const bench = read(CLUSTER_ROOT, "bench.tf");
  assert.is(guardOf(bench), guard);
  // Before the release it is destroyed, and after our own chart's upgrade it may be.
  assert.match(
    bench,
    /resource "terraform_data" "bench" \{[^]*depends_on = \[\s+helm_release\.bench,\s+helm_release\.cluster,\s+\]/,
  );
  assert.match(
    read(TERRAFORM_ROOT, "functions.tf"),
    /resource "google_cloudfunctions2_function" "this" \{[^]*depends_on = \[[^\]]*terraform_data\.bench,/,
  );
});

test("the release of the one bench that there was is that of main, and is not made anew", () => {
  assert.match(
    read(CLUSTER_ROOT, "bench.tf"),
    /moved \{\s+from = helm_release\.bench\[0\]\s+to\s+= helm_release\.bench\["main"\]\s+\}/,
  );
});

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "a bench is left out", "terraform", missing);
test.run();

function addTests(): void {
  const directory = temporaryDirectory();
  let terraform: Terraform;
  test.before(async () => {
    terraform = await openTerraform();
  });
  test.after(() => {
    terraform.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The fixture, with the benches `main` and `old`. */
  async function openRoot() {
    const root = mkdtempSync(join(directory, "root-"));
    cpSync(FIXTURE, root, { recursive: true });
    const run = (command: string, variables: Record<string, string>) =>
      terraform.run(
        [
          command,
          "-no-color",
          "-input=false",
          "-auto-approve",
          ...Object.entries(variables).map(([name, value]) => `-var=${name}=${value}`),
        ],
        root,
      );
    const { exitCode, output } = await run("apply", { benches: "{ main = {}, old = {} }" });
    assert.is(exitCode, 0, output);
    const known = async (name: string) =>
      (await terraform.run(["state", "show", "-no-color", `terraform_data.${name}`], root)).output;
    return { run, known };
  }

  const WITHOUT = { benches: "{ main = {} }" };
  const RETIRED = { benches: "{ main = {}, old = { retired = true } }" };
  const SENTENCE = "The bench old is not retired, so it is not left out. Set retired = true for it";

  test("one that is not retired stays, with its release, and the functions go on knowing it", async () => {
    const { run, known } = await openRoot();
    const { exitCode, output } = await run("apply", WITHOUT);
    assert.is(exitCode, 1);
    assert.match(output, SENTENCE);
    assert.not.match(output, "Destruction complete");
    for (const part of ['release["old"]', "functions", "cluster"]) {
      assert.match(await known(part), '"old"', part);
    }
  });

  test("one that is retired goes, and the functions are told so", async () => {
    const { run, known } = await openRoot();
    assert.is((await run("apply", RETIRED)).exitCode, 0);
    assert.match(await known('release["old"]'), '"old"');
    const { exitCode, output } = await run("apply", WITHOUT);
    assert.is(exitCode, 0, output);
    assert.not.match(await known("functions"), '"old"');
  });

  test("one that has sites is not retired, and so stays", async () => {
    const { run, known } = await openRoot();
    const refused = await run("apply", { ...RETIRED, with_sites: "old" });
    assert.is(refused.exitCode, 1);
    assert.match(refused.output, "The bench still has sites.");
    const { exitCode, output } = await run("apply", WITHOUT);
    assert.is(exitCode, 1);
    assert.match(output, SENTENCE);
    assert.match(await known('release["old"]'), '"old"');
    // Put back, all is as it was.
    assert.is((await run("apply", { benches: "{ main = {}, old = {} }" })).exitCode, 0);
  });

  test("without the protection from deletion all goes", async () => {
    const { run } = await openRoot();
    const variables = { benches: "{ main = {}, old = {} }", deletion_protection: "false" };
    assert.is((await run("destroy", variables)).exitCode, 1);
    assert.is((await run("apply", variables)).exitCode, 0);
    assert.is((await run("destroy", variables)).exitCode, 0);
  });
}
