/**
 * With a database that was restored under its old name, the triggers of cleanup and publish are made anew, and no other:
 * Terraform itself applies a small root that says it as `terraform/` does.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("a restored database");

const fixture = readFileSync(
  new URL("../fixtures/terraform-restored/main.tf", import.meta.url),
  "utf8",
);
const read = (file: string) => readFileSync(join(TERRAFORM_ROOT, file), "utf8");

/** What makes a resource anew, among its lines. */
const ANEW = /replace_triggered_by = \[terraform_data\.database\[each\.key\]\]/;

test("terraform/ says it as the fixture does: of the database's own id, for those that it triggers alone", () => {
  const functions = read("functions.tf");
  assert.match(
    functions,
    /triggers_replace = contains\(keys\(local\.document_triggers\), each\.value\) \? \[google_firestore_database\.this\.uid\] : \[\]/,
  );
  assert.match(blockOf("google_cloudfunctions2_function", "this", functions), ANEW);
});

test("with the function, who may call it is made anew, which goes with it", () => {
  const grant = blockOf("google_cloud_run_v2_service_iam_member", "push", read("identities.tf"));
  assert.match(grant, ANEW);
});

function blockOf(type: string, name: string, text: string): string {
  return new RegExp(`resource "${type}" "${name}" \\{[^]*?\\n\\}`).exec(text)?.[0] ?? "";
}

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "a restored database", "terraform", missing);

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

  /** Applies both roots in turn to the same state, each with its database; gives what the last one made anew. */
  async function madeAnew(...applies: { database: string; text?: string }[]): Promise<string[]> {
    const root = mkdtempSync(join(directory, "root-"));
    let output = "";
    for (const { database, text = fixture } of applies) {
      writeFileSync(join(root, "main.tf"), text);
      const given = `-var=database=${database}`;
      const args = ["apply", "-no-color", "-input=false", "-auto-approve", given];
      const result = await terraform.run(args, root);
      assert.is(result.exitCode, 0, result.output);
      ({ output } = result);
    }
    return [...output.matchAll(/^(terraform_data\.function\S+): Destroying/gm)].map(
      ([, address = ""]) => address,
    );
  }

  test("cleanup and publish are made anew where the database is another, and provision stays", async () => {
    const applied = await madeAnew({ database: "one" }, { database: "another" });
    assert.equal(applied.toSorted(), [
      'terraform_data.function["cleanup"]',
      'terraform_data.function["publish"]',
    ]);
  });

  test("nothing is made anew while it is the same", async () => {
    assert.equal(await madeAnew({ database: "one" }, { database: "one" }), []);
  });

  test("nor where an installation from before comes to know of it", async () => {
    const text = fixture
      .replace(/resource "terraform_data" "database" \{[^]*?\n\}\n/, "")
      .replace(/ {2}lifecycle \{[^]*?\n {2}\}\n/, "");
    assert.not.match(text, "terraform_data.database");
    assert.equal(await madeAnew({ database: "one", text }, { database: "one" }), []);
  });
}

test.run();
