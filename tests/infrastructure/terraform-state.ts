/**
 * What `terraform apply` would leave behind, as Terraform itself tells it: the state after one of the tests
 * in `terraform/tests`, or the plans of one in `terraform/cluster/tests`. In both the provider is mocked.
 *
 * @module
 */
import { CLUSTER_ROOT, TERRAFORM_ROOT } from "../../scripts/terraform/roots.ts";
import type { Terraform } from "../../scripts/terraform/run-terraform.ts";

export interface Resource {
  type: string;
  name: string;
  /** Which of several, where there is a `for_each`. */
  index?: string;
  values: Record<string, unknown>;
}

export interface State {
  resources: Resource[];
  outputs: Record<string, unknown>;
}

/** The state of the first root after the last run of a test file. */
export async function stateAfter(testFile: string, terraform: Terraform): Promise<State> {
  const messages = await messagesOf(testFile, TERRAFORM_ROOT, terraform);
  const { test_state: state } = messages.findLast((one) => "test_state" in one) as unknown as {
    test_state: {
      root_module: { resources: Resource[] };
      outputs: Record<string, { value: unknown }>;
    };
  };
  const outputs = Object.entries(state.outputs).map(([name, { value }]) => [name, value]);
  return { resources: state.root_module.resources, outputs: Object.fromEntries(outputs) };
}

/** What one run of a test file of the second root has planned. */
export interface Plan {
  run: string;
  resources: Resource[];
}

/** What each run of a test file of the second root has planned. One that is refused as it shall has planned nothing. */
export async function plansOf(testFile: string, terraform: Terraform): Promise<Plan[]> {
  const messages = await messagesOf(testFile, CLUSTER_ROOT, terraform);
  const plans = messages.filter((one) => "test_plan" in one) as unknown as PlanMessage[];
  return plans.flatMap(({ "@testrun": run, test_plan: { resource_changes: changes } }) => {
    if (changes === undefined) return [];
    const resources = changes.map(({ change, ...one }) => ({ ...one, values: change.after }));
    return [{ run, resources }];
  });
}

interface PlanMessage {
  "@testrun": string;
  test_plan: {
    resource_changes?: (Omit<Resource, "values"> & { change: { after: Resource["values"] } })[];
  };
}

async function messagesOf(
  testFile: string,
  root: string,
  { run }: Terraform,
): Promise<Record<string, unknown>[]> {
  const args = ["test", "-json", "-verbose", `-filter=tests/${testFile}`];
  const { exitCode, output } = await run(args, root);
  if (exitCode !== 0) throw new Error(`terraform test of ${testFile}: ${output}`);
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
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
