/**
 * The check of `terraform/`, and whether it can be believed: mistakes are planted one at a time into
 * copies of a small root that is valid, and each must be found and named.
 */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { checkTerraform, TERRAFORM_ROOT } from "../scripts/terraform/check.ts";
import { missingTerraform, openTerraform } from "../scripts/terraform/terraform.ts";
import type { Terraform } from "../scripts/terraform/terraform.ts";
import { skip } from "./parts.ts";

const test = suite("terraform");

const VALID = fileURLToPath(new URL("fixtures/terraform", import.meta.url));

/** A mistake, in good format: what of the valid root is replaced by what, and how it is told of. */
interface Mistake {
  replace: string;
  by: string;
  told: RegExp;
  file?: string;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "a misspelt attribute": {
    replace: "ack_deadline_seconds",
    by: "ack_deadline_secnods",
    told: /argument named "ack_deadline_secnods" is not expected/,
  },
  "a required attribute that is missing": {
    replace: `  secret_id = "key"\n`,
    by: "",
    told: /argument "secret_id" is required/,
  },
  "a required block that is missing": {
    replace: "  replication {\n    auto {}\n  }\n",
    by: "",
    told: /At least 1 "replication" block/,
  },
  "a block of another resource": {
    replace: "  retry_policy {\n    minimum_backoff",
    by: "  retry_config {\n    minimum_backoff",
    told: /Blocks of type "retry_config" are not expected/,
  },
  "a block twice": {
    replace: "  retry_policy {",
    by: `  retry_policy {\n    maximum_backoff = "20s"\n  }\n\n  retry_policy {`,
    told: /No more than 1 "retry_policy" block/,
  },
  "a misspelt attribute in a block": {
    replace: "minimum_backoff",
    by: "minimal_backoff",
    told: /argument named "minimal_backoff" is not expected/,
  },
  "an attribute where a block belongs": {
    replace: "  message_storage_policy {\n",
    by: "  message_storage_policy = {\n",
    told: /argument named "message_storage_policy" is not expected/,
  },
  "a block where an attribute belongs": {
    replace: `allowed_persistence_regions = ["europe-west1"]`,
    by: "allowed_persistence_regions {}",
    told: /Blocks of type "allowed_persistence_regions" are not expected/,
  },
  "a reference to a resource that is not there": {
    replace: "google_pubsub_topic.letters.id\n",
    by: "google_pubsub_topic.letter.id\n",
    told: /"google_pubsub_topic" "letter" has not been declared/,
  },
  "a reference to an attribute that is not there": {
    replace: "google_pubsub_topic.letters.id\n",
    by: "google_pubsub_topic.letters.identity\n",
    told: /no argument, nested block, or exported attribute named "identity"/,
  },
  "a text for a number": {
    replace: "600",
    by: `"ten minutes"`,
    told: /value for attribute "ack_deadline_seconds": a number is required/,
  },
  "a text for a list": {
    replace: `["europe-west1"]`,
    by: `"europe-west1"`,
    told: /attribute "allowed_persistence_regions": set of string required/,
  },
  "a resource that no provider has": {
    replace: `resource "google_pubsub_topic"`,
    by: `resource "google_pubsub_subject"`,
    told: /does not support resource type "google_pubsub_subject"/,
  },
  "a data source that no provider has": {
    replace: `data "google_project"`,
    by: `data "google_projekt"`,
    told: /does not support data source "google_projekt"/,
  },
  "none of the possible values": {
    replace: `"INGRESS"`,
    by: `"INWARDS"`,
    told: /direction cannot be "INWARDS"[^]*on main\.tf line \d+[^]*Possible values: INGRESS, EGRESS/,
  },
  "an attribute that can only be read": {
    replace: `  name          = "nobody"`,
    by: `  creation_timestamp = "now"\n\n  name          = "nobody"`,
    told: /creation_timestamp cannot be set[^]*on main\.tf line \d+/,
  },
  "an attribute that the provider has not": {
    replace: "project = var.project_id",
    by: "projekt = var.project_id",
    told: /argument named "projekt" is not expected/,
  },
  "a variable that is not declared": {
    replace: "= var.project_id\n}",
    by: "= var.project\n}",
    told: /input variable with the name "project" has not been declared/,
  },
  "a variable that is not valid": {
    file: "tests/main.tftest.hcl",
    replace: `"my-project"`,
    by: `"My Project"`,
    told: /The project id must be that of a Google Cloud project/,
  },
  "an assertion that does not hold": {
    replace: "topic                = google_pubsub_topic.letters.id",
    by: `topic                = "letters"`,
    told: /The subscription is to another topic/,
  },
  "no test": {
    file: "tests/main.tftest.hcl",
    replace: `run "the_topic_is_the_subscriptions_own" {
  assert {
    condition     = google_pubsub_subscription.letters.topic == google_pubsub_topic.letters.id
    error_message = "The subscription is to another topic."
  }
}
`,
    by: "",
    told: /terraform test ran no test/,
  },
  "another format": {
    replace: `name                 =`,
    by: `name =`,
    told: /terraform fmt ended with exit code 3/,
  },
};

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "terraform", "terraform", missing);

function addTests(): void {
  let terraform: Terraform;
  test.before(async () => {
    terraform = await openTerraform();
  });
  test.after(() => terraform.close());

  test("a root that is valid is found so, and nothing is left in it", async () => {
    await onCopy(async (directory) => {
      const before = everythingIn(directory);
      assert.match(await check(directory, terraform), / Success! 1 passed, 0 failed\. null$/);
      assert.equal(everythingIn(directory), before);
    });
  });

  test("terraform/ is in format, valid, and as its own tests say", async () => {
    assert.match(await check(TERRAFORM_ROOT, terraform), / Success! \d+ passed, 0 failed\. null$/);
  });

  for (const [name, mistake] of Object.entries(MISTAKES)) {
    test(`found and named: ${name}`, async () => {
      await onCopy(async (directory) => {
        plant(mistake, directory);
        assert.match(await check(directory, terraform), mistake.told);
      });
    });
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

async function onCopy(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "kairos-terraform-copy-"));
  try {
    cpSync(VALID, directory, { recursive: true });
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function everythingIn(directory: string): string[] {
  return globSync("**/{*,.*}", { cwd: directory }).toSorted();
}

test.run();
