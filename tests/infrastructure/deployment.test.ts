/**
 * What Terraform declares against the code that it is for: each says the same of settings, indexes, topics
 * and accounts. And all permissions at a glance.
 */
import type { V1RoleBinding } from "@kubernetes/client-node";
import { globSync, readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { OUTPUT_NAMES } from "../../scripts/deploy/terraform-command.ts";
import { missingTerraform, openTerraform } from "../../scripts/terraform/run-terraform.ts";
import {
  CLUSTER_EVENTS,
  DEAD_LETTERS,
  TENANT_EVENTS,
  TENANT_STATUS,
} from "../../shared/pubsub/bus.ts";
import {
  parseApiSettings,
  parseCommonSettings,
  parseReconcilerSettings,
} from "../../shared/configuration/settings.ts";
import {
  apiSettingsSchema,
  commonSettingsSchema,
  gkeSettingsSchema,
} from "../../shared/configuration/settings-schemas.ts";
import { NOT_IN_TERRAFORM } from "../../shared/configuration/setting-types.ts";
import type { Bench } from "../../shared/configuration/bench.ts";
import { chartObject, VALUES } from "./chart.ts";
import { skip } from "../testkit/parts.ts";
import { grantsIn, stateAfter } from "./terraform-state.ts";
import type { Resource } from "./terraform-state.ts";

const test = suite("what Terraform declares");

const PUBSUB = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com";
const EVENTARC = "serviceAccount:service-123456789012@gcp-sa-eventarc.iam.gserviceaccount.com";
const TRANSFER =
  "serviceAccount:project-123456789012@storage-transfer-service.iam.gserviceaccount.com";
const IN_THE_CLUSTER =
  "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/" +
  "my-project.svc.id.goog/subject/ns/tenants/sa";

/** The one bench of an installation that names none. */
const MAIN: Bench = {
  name: "main",
  image: "europe-west1-docker.pkg.dev/my-project/kairos/bench:v1",
  apps: ["erpnext", "hrms"],
  url: "http://web.example.com:8000",
  current: true,
};

/** Every permission that there is. The sink's writer is the only one whose name Google makes up. */
const GRANTS = [
  "allUsers: roles/run.invoker on kairos-api",
  "kairos-api: kairosBackupKeeper on my-project-kairos-tenant-backups",
  "kairos-api: kairosUrlSigner on kairos-api",
  "kairos-api: roles/datastore.user on the project",
  "kairos-api: roles/pubsub.publisher on tenant-events",
  "kairos-api: roles/secretmanager.secretAccessor on kairos-api-keys",
  "kairos-build: roles/artifactregistry.writer on kairos-functions",
  "kairos-build: roles/logging.logWriter on the project",
  "kairos-build: roles/storage.objectViewer on the project",
  "kairos-cleanup: kairosClusterConnect on the project",
  "kairos-cleanup: kairosExportLister on my-project-kairos-tenant-backups",
  "kairos-cleanup: kairosExportRemover on my-project-kairos-tenant-backups",
  "kairos-cleanup: roles/datastore.user on the project",
  "kairos-cleanup: roles/pubsub.publisher on tenant-events",
  "kairos-cleanup: roles/secretmanager.secretAccessor on kairos-backups",
  "kairos-nodes: roles/artifactregistry.reader on kairos",
  "kairos-nodes: roles/artifactregistry.reader on kairos-docker-hub",
  "kairos-nodes: roles/container.defaultNodeServiceAccount on the project",
  "kairos-provision: kairosClusterConnect on the project",
  "kairos-provision: kairosCustomDomains on the project",
  "kairos-provision: kairosExportLister on my-project-kairos-tenant-backups",
  "kairos-provision: kairosExportRemover on my-project-kairos-tenant-backups",
  "kairos-provision: roles/datastore.user on the project",
  "kairos-provision: roles/pubsub.publisher on tenant-events",
  "kairos-provision: roles/pubsub.publisher on tenant-status",
  "kairos-provision: roles/secretmanager.secretAccessor on kairos-backups",
  "kairos-publish: roles/datastore.user on the project",
  "kairos-publish: roles/pubsub.publisher on tenant-status",
  "kairos-push: roles/eventarc.eventReceiver on the project",
  "kairos-push: roles/run.invoker on kairos-cleanup",
  "kairos-push: roles/run.invoker on kairos-provision",
  "kairos-push: roles/run.invoker on kairos-publish",
  `${IN_THE_CLUSTER}/kairos-backup: roles/storage.objectUser on my-project-kairos-backups`,
  `${IN_THE_CLUSTER}/kairos-backup-site: kairosBackupMaker on my-project-kairos-tenant-backups`,
  `${IN_THE_CLUSTER}/kairos-secrets: roles/secretmanager.secretAccessor on kairos-database-admin`,
  `${IN_THE_CLUSTER}/kairos-secrets: roles/secretmanager.secretAccessor on kairos-mail`,
  `${EVENTARC}: roles/eventarc.serviceAgent on the project`,
  `${TRANSFER}: roles/storage.legacyBucketReader on my-project-kairos-backups`,
  `${TRANSFER}: roles/storage.legacyBucketWriter on my-project-kairos-backups-kept`,
  `${TRANSFER}: roles/storage.objectViewer on my-project-kairos-backups`,
  `${PUBSUB}: roles/iam.serviceAccountOpenIdTokenCreator on kairos-push`,
  `${PUBSUB}: roles/iam.serviceAccountOpenIdTokenCreator on kairos-status`,
  `${PUBSUB}: roles/pubsub.publisher on dead-letters`,
  `${PUBSUB}: roles/pubsub.publisher on tenant-status-dead-letters`,
  `${PUBSUB}: roles/pubsub.subscriber on cluster-events-provision`,
  `${PUBSUB}: roles/pubsub.subscriber on tenant-events-provision`,
  `${PUBSUB}: roles/pubsub.subscriber on tenant-status-billing`,
  `${PUBSUB}: roles/pubsub.subscriber on tenant-status-crm`,
  "the sink: roles/pubsub.publisher on cluster-events",
];

const declared = globSync("terraform/{,cluster/}*.tf", {
  cwd: new URL("../..", import.meta.url),
}).map((file) => [file, read(file)] as const);

test("nothing depends on one instance of many: Terraform would wait for all of them", () => {
  for (const [file, text] of declared) {
    for (const [list] of text.matchAll(/depends_on\s*=\s*\[[^;]*?\]\n/g)) {
      assert.not.match(list, /\["/, file);
    }
  }
});

test("an API that is moved out of the others is not disabled on the way", () => {
  const text = read("terraform/project.tf");
  assert.match(
    text,
    /moved \{\s+from = google_project_service\.apis\["cloudresourcemanager\.googleapis\.com"\]\s+to\s+= google_project_service\.resource_manager\s+\}/,
  );
});

test("the way into the cluster takes the login that Terraform has", () => {
  const callers = declared.filter(([, text]) => /command\s+= "gke-gcloud-auth-plugin"/.test(text));
  assert.is(callers.length, 1);
  for (const [file, text] of callers) {
    assert.match(text, /args\s+= \["--use_application_default_credentials"\]/, file);
  }
});

test("Google's own accounts are there before anybody gives them a role", () => {
  const grants = declared.flatMap(([, text]) => [
    ...text.matchAll(/resource "\w+_iam_member" "(\w+)" \{[^]*?\n\}/g),
  ]);
  const ofAgents = grants.filter(([text]) =>
    /member\s+= local\.(pubsub|eventarc)_agent/.test(text),
  );
  assert.equal(ofAgents.map(([, name = ""]) => name).toSorted(), [
    "agent_gets_push_tokens",
    "agent_gets_status_tokens",
    "agent_publishes_dead_letters",
    "agent_publishes_status_dead_letters",
    "agent_takes_dead_letters",
    "agent_takes_status_dead_letters",
    "eventarc_agent",
  ]);
  for (const [text, name] of ofAgents) {
    assert.match(text, /depends_on = \[google_project_service_identity\.agents\]/, name);
  }
  const [functions = ""] =
    /resource "google_cloudfunctions2_function" "this" \{[^]*?\n\}/.exec(
      read("terraform/functions.tf"),
    ) ?? [];
  assert.match(functions, /depends_on = \[[^\]]*google_project_iam_member\.eventarc_agent,/);
});

test("every call to Google says the project that it is counted for", () => {
  const text = read("terraform/versions.tf");
  const providers = [...text.matchAll(/provider "([\w-]+)" \{[^]*?\n\}/g)];
  assert.equal(
    providers.map(([, name]) => name),
    ["google", "google-beta"],
  );
  for (const [provider, name] of providers) {
    assert.match(provider, /user_project_override\s+= true/, name);
    assert.match(provider, /billing_project\s+= var\.project_id/, name);
  }
});

test("a new zip is there before the old one goes", () => {
  const [objects = ""] =
    /resource "google_storage_bucket_object" "sources" \{[^]*?\n\}/.exec(
      read("terraform/functions.tf"),
    ) ?? [];
  assert.match(objects, /create_before_destroy = true/);
});

let resources: Resource[] = [];
/** Of an installation with several benches. */
let withBenches: Resource[] = [];
let outputs: Record<string, unknown> = {};

const missing = missingTerraform();
if (missing === null) addTests();
else skip(test, "what Terraform declares", "terraform", missing);

function addTests(): void {
  test.before(async () => {
    const terraform = await openTerraform();
    try {
      ({ resources, outputs } = await stateAfter("everything.tftest.hcl", terraform));
      ({ resources: withBenches } = await stateAfter("benches.tftest.hcl", terraform));
    } finally {
      terraform.close();
    }
  });

  test("a deployment finds the outputs that it goes on with", () => {
    for (const name of OUTPUT_NAMES) assert.ok(outputs[name] !== undefined, name);
  });

  test("the functions are those that there are", () => {
    assert.equal(
      ofKind("google_cloudfunctions2_function").map(({ index }) => index),
      globSync("*", { cwd: new URL("../../functions", import.meta.url) }).toSorted(),
    );
  });

  test("the API has every setting that it reads, and no other", () => {
    const env = environmentOf("api");
    assert.equal(Object.keys(env).toSorted(), settingsOfOneBench(apiSettingsSchema));
    assert.equal(parseApiSettings(env), {
      projectId: "my-project",
      baseDomain: "sites.example.com",
      firestoreEmulatorHost: null,
      pubsubEmulatorHost: null,
      apiKeys: ["a-key-from-secret-manager"],
      apiKeyNames: ["frontend"],
      allowedCallers: ["frontend@my-project.iam.gserviceaccount.com"],
      viewers: ["auditor@example.com", "key:frontend"],
      audience: "https://api.example.com",
      googleClientId: "1234567890-abc.apps.googleusercontent.com",
      iapAudience: "/projects/1234567890/global/backendServices/9876543210",
      allowedOrigins: ["https://app.example.com", "http://localhost:3000"],
      reservedSubdomains: ["billing", "login"],
      trustedProxies: 2,
      rateLimitPerMinute: 600,
      sitesAddresses: ["192.0.2.10"],
      // Who only looks where it is knows no address of it.
      benches: [{ ...MAIN, url: null }],
      poolSize: 12,
      backupBucket: "my-project-kairos-tenant-backups",
      backupEndpoint: "https://storage.googleapis.com",
      retentionDays: 30,
      maxConcurrentJobs: 8,
    });
  });

  for (const name of ["provision", "cleanup"]) {
    test(`${name} has every setting that it reads, and no other`, () => {
      const env = environmentOf(name);
      assert.equal(Object.keys(env).toSorted(), settingsOfOneBench(gkeSettingsSchema));
      assert.equal(parseReconcilerSettings(env), {
        projectId: "my-project",
        baseDomain: "sites.example.com",
        firestoreEmulatorHost: null,
        pubsubEmulatorHost: null,
        target: { kind: "gke", project: "my-project", location: "europe-west1", cluster: "kairos" },
        namespace: "tenants",
        benches: [MAIN],
        databaseHost: "db.example.com",
        databasePort: 3307,
        databaseTls: "verify",
        databaseCa: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        maxConcurrentJobs: 8,
        retryPauseSeconds: 20,
        upgradeMemory: "6Gi",
        upgradeDeadlineMinutes: 90,
        upgradeDrainSeconds: 120,
        sitesAddresses: ["192.0.2.10"],
        certificateMap: "kairos-sites",
        dnsServers: [],
        certificateManagerHost: null,
        poolSize: 12,
        poolMaxAgeDays: 14,
        routerUrl: "http://router.example.com:8001",
        backupBucket: "my-project-kairos-tenant-backups",
        backupEndpoint: "https://storage.googleapis.com",
        backupSecret: "5e".repeat(32),
        backupHour: 22,
        backupKeepDaily: 14,
        backupKeepWeekly: 8,
        backupKeepMonthly: 24,
        restoreTestDays: 60,
      });
    });
  }

  test("of several benches all functions that know any have one list, and nothing beside it", () => {
    const benches: Bench[] = [
      {
        name: "main",
        image: "europe-west1-docker.pkg.dev/my-project/kairos-docker-hub/frappe/erpnext:v16.32.3",
        apps: ["erpnext", "hrms"],
        url: "http://frappe-bench:8080",
        current: false,
      },
      {
        name: "v16-33",
        image: "europe-west1-docker.pkg.dev/my-project/kairos/bench:v16.33",
        apps: ["erpnext"],
        url: "http://frappe-bench-v16-33:8080",
        current: true,
      },
      {
        name: "v16-34",
        image: "registry.example.com/bench@sha256:0123456789abcdef",
        apps: ["erpnext", "hrms"],
        url: null,
        current: false,
      },
    ];
    assert.equal(parseApiSettings(environmentOf("api", withBenches)).benches, benches);
    for (const name of ["provision", "cleanup"]) {
      const env = environmentOf(name, withBenches);
      assert.equal(parseReconcilerSettings(env).benches, benches, name);
    }
    assert.is(environmentOf("publish", withBenches)["BENCHES"], undefined);
  });

  test("publish has every setting that it reads, and no other", () => {
    const env = environmentOf("publish");
    assert.equal(Object.keys(env).toSorted(), settingsIn(commonSettingsSchema));
    assert.equal(parseCommonSettings(env), {
      projectId: "my-project",
      baseDomain: "sites.example.com",
      firestoreEmulatorHost: null,
      pubsubEmulatorHost: null,
    });
  });

  test("the database has the indexes and the ends of life in firestore.indexes.json", () => {
    const { indexes, fieldOverrides } = JSON.parse(read("firestore.indexes.json")) as IndexFile;
    assert.equal(
      ofKind("google_firestore_index").map(toIndex).toSorted(byJson),
      indexes.toSorted(byJson),
    );
    assert.equal(
      ofKind("google_firestore_field").map(toOverride).toSorted(byJson),
      fieldOverrides.toSorted(byJson),
    );
  });

  test("the topics are those that the functions publish to", () => {
    const names = ofKind("google_pubsub_topic").map(({ values }) => String(values["name"]));
    // That of the subscribers' dead letters is Pub/Sub's to publish to.
    const theirs = `${TENANT_STATUS}-dead-letters`;
    const ours = [CLUSTER_EVENTS, TENANT_EVENTS, TENANT_STATUS, DEAD_LETTERS];
    assert.equal(names.toSorted(), [...ours, theirs].toSorted());
  });

  test("the cluster's Role is bound to the accounts that reconcile", () => {
    const emails = ofKind("google_service_account")
      .filter(({ index }) => ["provision", "cleanup"].includes(String(index)))
      .map(({ values }) => `${String(values["account_id"])}@my-project.iam.gserviceaccount.com`);
    const binding = chartObject("RoleBinding", "kairos-site-jobs", {
      ...VALUES,
      reconcilers: emails,
    }) as unknown as V1RoleBinding;
    assert.equal(
      binding.subjects?.map(({ kind, name }) => [kind, name]),
      emails.map((email) => ["User", email]),
    );
    assert.is(emails.length, 2);
  });

  test("nobody may do anything else", () => {
    const [sink] = ofKind("google_logging_project_sink");
    const grants = grantsIn(resources).map(({ member, role, on }) => {
      const who = member === sink?.values["writer_identity"] ? "the sink" : member;
      return `${who}: ${role} on ${on}`;
    });
    assert.equal(grants.toSorted(), GRANTS.toSorted());
  });

  test("nothing but the API is anybody's", () => {
    const open = resources.filter(({ values }) =>
      /allUsers|allAuthenticatedUsers/.test(JSON.stringify(values)),
    );
    assert.equal(
      open.map(({ name, values }) => [name, values["name"]]),
      [["api_invokers", "kairos-api"]],
    );
  });

  test("no secret is kept in the state", () => {
    const text = JSON.stringify(resources);
    for (const secret of ["mail-password", "database-password", "first-key-of-the-api"]) {
      assert.not.match(text, secret);
    }
  });
}

interface IndexFile {
  indexes: Record<string, unknown>[];
  fieldOverrides: Record<string, unknown>[];
}

interface Index {
  collection: string;
  query_scope: string;
  fields: { field_path: string; order: string }[];
}

function toIndex({ values }: Resource): IndexFile["indexes"][number] {
  const { collection, query_scope: queryScope, fields } = values as unknown as Index;
  return {
    collectionGroup: collection,
    queryScope,
    fields: fields.map(({ field_path: fieldPath, order }) => ({ fieldPath, order })),
  };
}

function toOverride({ values }: Resource): IndexFile["fieldOverrides"][number] {
  const [config] = values["index_config"] as { indexes: unknown[] }[];
  return {
    collectionGroup: values["collection"],
    fieldPath: values["field"],
    ttl: (values["ttl_config"] as unknown[]).length === 1,
    indexes: config?.indexes,
  };
}

/** The resources of a kind. */
function ofKind(type: string, among = resources): Resource[] {
  return among.filter((resource) => resource.type === type);
}

/** In the place of what Secret Manager will give. */
const SECRETS: Record<string, string> = {
  API_KEYS: "frontend:a-key-from-secret-manager",
  BACKUP_SECRET: "5e".repeat(32),
};

/** A function's environment. */
function environmentOf(name: string, among = resources): Record<string, string> {
  const functions = ofKind("google_cloudfunctions2_function", among);
  const found = functions.find(({ index }) => index === name);
  const [config] = (found?.values["service_config"] ?? []) as {
    environment_variables: Record<string, string>;
    secret_environment_variables: { key: string }[];
  }[];
  const secrets = config?.secret_environment_variables ?? [];
  return {
    ...config?.environment_variables,
    ...Object.fromEntries(secrets.map(({ key }) => [key, SECRETS[key] ?? ""])),
  };
}

/** All but those of which the schema says that Terraform does not set them. */
function settingsIn({ properties }: { properties: object }): string[] {
  return Object.entries(properties)
    .filter(([, { $comment }]: [string, { $comment?: string }]) => $comment !== NOT_IN_TERRAFORM)
    .map(([name]) => name)
    .toSorted();
}

/** As above: of one bench there is no list. */
function settingsOfOneBench(schema: { properties: object }): string[] {
  return settingsIn(schema).filter((name) => name !== "BENCHES");
}

function byJson(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

test.run();
