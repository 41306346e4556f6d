/** `npm run terraform:check`, as a part of `npm run test:long`. That it finds mistakes, terraform-mistakes shows. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkRoot } from "../../scripts/terraform/check-terraform.ts";
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import { missingTerraform } from "../../scripts/terraform/run-terraform.ts";
import { skip } from "../testkit/parts.ts";

const test = suite("terraform");

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "terraform", "terraform", missing);

function addTests(): void {
  for (const [directory, root] of Object.entries({
    "terraform/": TERRAFORM_ROOT,
    "terraform/cluster/": CLUSTER_ROOT,
  })) {
    test(`${directory} is in format, valid, and as its own tests say`, async () => {
      let output = "";
      const problem = await checkRoot(root, (text) => (output += text));
      assert.is(problem, null, output);
    });
  }
}

test.run();
