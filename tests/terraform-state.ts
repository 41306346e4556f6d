/**
 * What `terraform apply` would leave behind, as Terraform itself tells it: the state after one of the tests
 * in `terraform/tests`, in which the provider is mocked.
 *
 * @module
 */
import { TERRAFORM_ROOT } from "../scripts/terraform/check.ts";
import type { Terraform } from "../scripts/terraform/terraform.ts";

export interface Resource {
  type: string;
  name: string;
  /** Which of several, where there is a `for_each`. */
  index?: string;
  values: Record<string, unknown>;
}

/** The resources after the last run of a test file. */
export async function stateAfter(testFile: string, { run }: Terraform): Promise<Resource[]> {
  const args = ["test", "-json", "-verbose", `-filter=tests/${testFile}`];
  const { exitCode, output } = await run(args, TERRAFORM_ROOT);
  if (exitCode !== 0) throw new Error(`terraform test of ${testFile}: ${output}`);
  const messages = output.split("\n").filter((line) => line.includes(`"test_state"`));
  const { test_state: state } = JSON.parse(messages.at(-1) ?? "{}") as {
    test_state: { root_module: { resources: Resource[] } };
  };
  return state.root_module.resources;
}

/** A role that somebody has on something. */
export interface Grant {
  member: string;
  role: string;
  on: string;
}

/** Who has which role on what. A member is an account's name where it is one of the project's own. */
export function grantsIn(resources: Resource[]): Grant[] {
  const names = new Map(
    resources
      .filter(({ type }) => type === "google_service_account")
      .map(({ values }) => [values["member"], values["account_id"]]),
  );
  const ids = namesById(resources);
  return resources
    .filter(({ type }) => type.endsWith("_iam_member"))
    .map(({ type, values }) => {
      const field = TARGETS[type];
      if (field === undefined) throw new Error(`${type} is a grant on nobody knows what`);
      const { member, role } = values;
      const on = field === "project" ? "the project" : String(values[field]);
      return {
        member: String(names.get(member) ?? member),
        role: ids.get(role) ?? String(role),
        on: ids.get(on) ?? on,
      };
    });
}

/** Which field of a grant says what it is on. */
const TARGETS: Readonly<Record<string, string>> = {
  google_artifact_registry_repository_iam_member: "repository",
  google_cloud_run_v2_service_iam_member: "name",
  google_project_iam_member: "project",
  google_pubsub_subscription_iam_member: "subscription",
  google_pubsub_topic_iam_member: "topic",
  google_secret_manager_secret_iam_member: "secret_id",
  google_service_account_iam_member: "service_account_id",
  google_storage_bucket_iam_member: "bucket",
};

/** What a mocked provider has made up in place of names, by which the grants refer to things. */
function namesById(resources: Resource[]): Map<unknown, string> {
  return new Map(
    resources.flatMap(({ values }) => {
      const { account_id, repository_id, role_id, name } = values;
      const known = account_id ?? repository_id ?? role_id;
      return typeof known === "string" ? [[name, known] as const] : [];
    }),
  );
}
