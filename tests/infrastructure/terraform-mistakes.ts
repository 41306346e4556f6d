/**
 * Mistakes to plant, one at a time, into copies of small roots that are valid; and how the check must tell
 * of each.
 *
 * @module
 */

/** A mistake, in good format: what of the valid root is replaced by what, and how it is told of. */
export interface Mistake {
  replace: string;
  by: string;
  told: RegExp;
  file?: string;
}

/** Those into `fixtures/terraform`, a root of the google provider. */
export const MISTAKES: Readonly<Record<string, Mistake>> = {
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
  "a limit that is passed": {
    replace: "600",
    by: "700",
    told: /ack_deadline_seconds cannot be 700[^]*on main\.tf line \d+[^]*from 10 to 600/,
  },
  "a pause that is too long": {
    replace: `"10s"`,
    by: `"900s"`,
    told: /retry_policy\.minimum_backoff cannot be "900s"[^]*from 0s to 600s/,
  },
  "a retention that is too long": {
    replace: `"604800s"`,
    by: `"6048000s"`,
    told: /message_retention_duration cannot be "6048000s"/,
  },
  "a label with bad characters": {
    replace: `  secret_id = "key"\n`,
    by: `  secret_id = "key"\n  labels    = { Team = "our sites" }\n`,
    told: /labels cannot be [^]*63 characters at most/,
  },
  "an attribute that can only be read": {
    replace: `  name          = "nobody"`,
    by: `  creation_timestamp = "now"\n\n  name          = "nobody"`,
    told: /creation_timestamp cannot be set[^]*on main\.tf line \d+/,
  },
  "a resource that only the other provider has": {
    replace: `  provider = google-beta\n  service  = `,
    by: `  service = `,
    told: /does not support resource type "google_project_service_identity"/,
  },
  "a misspelt attribute of the other provider's": {
    replace: `  service  = "pubsub`,
    by: `  servcie  = "pubsub`,
    told: /argument named "servcie" is not expected/,
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

/** Those into `fixtures/terraform-cluster`, a root of the helm provider over another root's state. */
export const CLUSTER_MISTAKES: Readonly<Record<string, Mistake>> = {
  "a misspelt attribute": {
    replace: "timeout = 600",
    by: "timeuot = 600",
    told: /argument named "timeuot" is not expected/,
  },
  "a release without a chart": {
    replace: `  chart   = "./chart"\n`,
    by: "",
    told: /argument "chart" is required/,
  },
  "a release without a name": {
    replace: "  name    = var.release\n",
    by: "",
    told: /argument "name" is required/,
  },
  "a text for a number": {
    replace: "timeout = 600",
    by: `timeout = "ten minutes"`,
    told: /value for attribute "timeout": a number is required/,
  },
  "a text for the list of values": {
    replace: `version    = "1.2.3"`,
    by: `version    = "1.2.3"\n  values     = "replicas: 2"`,
    told: /attribute "values": list of string required/,
  },
  "helm 3's way to set a value": {
    replace: "  set {\n",
    by: "  set = {\n",
    told: /argument named "set" is not expected/,
  },
  "helm 3's way to log in": {
    replace: "    exec {\n",
    by: "    exec = {\n",
    told: /argument named "exec" is not expected/,
  },
  "a block that there is not": {
    replace: "  postrender {",
    by: "  postrenderer {",
    told: /Blocks of type "postrenderer" are not expected/,
  },
  "a block twice": {
    replace: "  postrender {",
    by: `  postrender {\n    binary_path = "tac"\n  }\n\n  postrender {`,
    told: /No more than 1 "postrender" block/,
  },
  "a value that is set without a name": {
    replace: `    name  = "replicas"\n    value = "2"`,
    by: `    value = "2"`,
    told: /argument "name" is required/,
  },
  "a log-in without a command": {
    replace: `\n      command     = "gke-gcloud-auth-plugin"`,
    by: "",
    told: /argument "command" is required/,
  },
  "a misspelt attribute of the provider": {
    replace: "    host =",
    by: "    hots =",
    told: /argument named "hots" is not expected/,
  },
  "an attribute that can only be read": {
    replace: `version    = "1.2.3"`,
    by: `version    = "1.2.3"\n  status     = "deployed"`,
    told: /status cannot be set[^]*on main\.tf line \d+/,
  },
  "a resource that no provider has": {
    replace: `resource "helm_release" "second"`,
    by: `resource "helm_chart" "second"`,
    told: /does not support resource type "helm_chart"/,
  },
  "a reference to a release that is not there": {
    replace: "[helm_release.first]",
    by: "[helm_release.frist]",
    told: /"helm_release" "frist" has not been declared/,
  },
  "a variable that is not declared": {
    replace: "= var.release\n",
    by: "= var.relaese\n",
    told: /input variable with the name "relaese" has not been declared/,
  },
  "a misspelt source of another root's state": {
    replace: `data "terraform_remote_state" "above"`,
    by: `data "terraform_remote_stat" "above"`,
    told: /does not support data source "terraform_remote_stat"/,
  },
  "another root's state without a backend": {
    replace: `  backend = "local"\n\n`,
    by: "",
    told: /argument "backend" is required/,
  },
  // Not by validate, which does not know the outputs; by the test, which says what they are.
  "an output that another root has not": {
    replace: "outputs.domain\n",
    by: "outputs.domian\n",
    told: /object does not have an attribute named "domian"/,
  },
  "a variable that is not valid": {
    file: "tests/main.tftest.hcl",
    replace: `"kairos"`,
    by: `"Kairos 1"`,
    told: /The release must be a word/,
  },
  "an assertion that does not hold": {
    replace: "domain = data.terraform_remote_state.above.outputs.domain",
    by: `domain = "example.com"`,
    told: /The chart is told another domain/,
  },
  "another format": {
    replace: "timeout = 600",
    by: "timeout  = 600",
    told: /terraform fmt ended with exit code 3/,
  },
};
