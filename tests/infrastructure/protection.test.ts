/**
 * With deletion protection on, `terraform destroy` takes nothing: a root that is protected as ours are is applied
 * and destroyed for real, and each of ours protects all that is in it.
 */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("deletion protection");

for (const [name, root] of Object.entries({ terraform: TERRAFORM_ROOT, cluster: CLUSTER_ROOT })) {
  test(`${name}: what refuses depends on every resource, and so is the first to be destroyed`, () => {
    const files = globSync("*.tf", { cwd: root });
    const text = files.map((file) => readFileSync(join(root, file), "utf8")).join("\n");
    const resources = [...text.matchAll(/^resource "(\w+)" "(\w+)"/gm)]
      .map(([, type, one]) => `${type}.${one}`)
      .filter((address) => address !== "terraform_data.deletion_protection");
    const guard = readFileSync(join(root, "protection.tf"), "utf8");
    const [, list = ""] = /depends_on = \[([^\]]+)\]/.exec(guard) ?? [];
    const protectedOnes = list.split(/[\s,]+/).filter((address) => address !== "");
    assert.equal(protectedOnes.toSorted(), resources.toSorted());
  });
}

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "a protected root is destroyed", "terraform", missing);

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

  /** A root of three resources of Terraform's own, with the very guard of ours. */
  function openRoot() {
    const root = mkdtempSync(join(directory, "root-"));
    cpSync(fileURLToPath(new URL("../fixtures/terraform-protection", import.meta.url)), root, {
      recursive: true,
    });
    const run = (command: string, variables: Record<string, string> = {}) =>
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
    const left = async () =>
      (await terraform.run(["state", "list"], root)).output.trim().split("\n").toSorted();
    return { run, left };
  }

  const ALL = [
    "terraform_data.alone",
    "terraform_data.customers",
    "terraform_data.deletion_protection",
    "terraform_data.reader",
  ];

  test("the fixture's guard is that of terraform/", () => {
    const guardOf = (file: string) =>
      /provisioner "local-exec" \{[^}]*\}/.exec(readFileSync(file, "utf8"))?.[0];
    const fixture = new URL("../fixtures/terraform-protection/main.tf", import.meta.url);
    assert.is(guardOf(fileURLToPath(fixture)), guardOf(join(TERRAFORM_ROOT, "protection.tf")));
  });

  test("a destroy is refused before anything goes, what nobody depends on too", async () => {
    const { run, left } = openRoot();
    assert.is((await run("apply")).exitCode, 0);
    const { exitCode, output } = await run("destroy");
    assert.is(exitCode, 1);
    assert.match(output, "deletion_protection is on, so nothing is deleted");
    assert.not.match(output, "Destruction complete");
    assert.equal(await left(), ALL);
  });

  test("to say so to the destroy alone is not enough", async () => {
    const { run, left } = openRoot();
    await run("apply");
    assert.is((await run("destroy", { deletion_protection: "false" })).exitCode, 1);
    assert.equal(await left(), ALL);
  });

  test("what holds data is not made anew either, for the old one would be deleted", async () => {
    const { run, left } = openRoot();
    await run("apply");
    const { exitCode, output } = await run("apply", { place: "elsewhere" });
    assert.is(exitCode, 1);
    assert.not.match(output, "Destruction complete");
    assert.equal(await left(), ALL);
  });

  test("once the end of the protection is applied, all goes", async () => {
    const { run, left } = openRoot();
    await run("apply");
    assert.is((await run("apply", { deletion_protection: "false" })).exitCode, 0);
    assert.is((await run("destroy")).exitCode, 0);
    assert.equal(await left(), [""]);
  });
}

test.run();
