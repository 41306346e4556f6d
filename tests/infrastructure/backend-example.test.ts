/** That the examples of a state in a bucket are what Terraform's own backend takes. No bucket is reached. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform, runner } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the state in a bucket");

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "the state in a bucket", "terraform", missing);

function addTests(): void {
  const directory = temporaryDirectory();
  test.after(() => rmSync(directory, { recursive: true, force: true }));

  // Credentials that are none: the backend says so when it has taken its configuration, before it reaches for a network.
  const env = {
    ...process.env,
    GOOGLE_CREDENTIALS: "{",
    TF_CLI_CONFIG_FILE: "/dev/null",
    CHECKPOINT_DISABLE: "1",
  };

  /** What `terraform init` says in an empty root with the two examples. */
  async function init(change: (text: string) => string = (text) => text): Promise<string> {
    const root = mkdtempSync(join(directory, "root-"));
    copyFileSync(join(TERRAFORM_ROOT, "backend.tf.example"), join(root, "backend.tf"));
    const example = readFileSync(join(TERRAFORM_ROOT, "backend.hcl.example"), "utf8");
    writeFileSync(join(root, "backend.hcl"), change(example));
    const args = ["init", "-input=false", "-no-color", "-backend-config=backend.hcl"];
    const { exitCode, output } = await runner(env)(args, root);
    assert.is(exitCode, 1);
    const formatted = await runner(env)(["fmt", "-check", "-diff", "."], root);
    assert.is(formatted.exitCode, 0, formatted.output);
    return output;
  }

  test("the examples are taken, and then the credentials are asked for", async () => {
    const output = await init();
    assert.match(output, "Initializing the backend");
    assert.match(output, /credentials/);
    assert.not.match(output, /Unsupported|Missing|Invalid/);
  });

  test("a misspelt line in them would be told", async () => {
    const output = await init((text) => text.replace(/^prefix/m, "perfix"));
    assert.match(output, /An argument named "perfix" is not expected/);
  });
}

test.run();
