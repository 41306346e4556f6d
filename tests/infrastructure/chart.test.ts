/** What the chart makes, and which values it takes. */
import type {
  V1Container,
  V1CronJob,
  V1Deployment,
  V1Job,
  V1LabelSelector,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1PodSpec,
  V1PodTemplateSpec,
  V1RoleBinding,
  V1Service,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { Ajv } from "ajv";
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName } from "../../shared/tenant/names.ts";
import {
  chartObject,
  chartObjects,
  findFaults,
  readChartFiles,
  renderChart,
  SEVERAL_BENCHES,
  SMALL_VALUES,
  VALUES,
} from "./chart.ts";
import type { Manifest, Values } from "./chart.ts";
import { CUSTOM_KINDS } from "../fixtures/gateway-crds.ts";
import { skip } from "../testkit/parts.ts";
import { findStrangers } from "../testkit/strict-manifest.ts";

const test = suite("the chart");

/** The kinds that have no namespace. */
const OF_THE_CLUSTER = new Set(["Namespace", "PersistentVolume"]);

const MODES: Record<string, Values> = {
  "with everything": VALUES,
  "with an external database, no backup and no Gateway": SMALL_VALUES,
  "with an external database and a backup": { ...SMALL_VALUES, backup: VALUES.backup },
  "without a backup": { ...VALUES, backup: { enabled: false } },
  "behind a firewall": {
    ...VALUES,
    gateway: { ...VALUES.gateway, securityPolicy: "kairos-sites" },
  },
  "without a Gateway": { ...VALUES, gateway: { enabled: false } },
  "without a bench": { ...VALUES, gateway: { enabled: false }, router: { benches: [] } },
  "with several benches": SEVERAL_BENCHES,
};

const BENCH = { name: "main", host: "bench", port: 80, socketsHost: "socketio", socketsPort: 90 };

const ajv = new Ajv({ allErrors: true });

for (const [mode, values] of Object.entries(MODES)) {
  test(`${mode} every object has only fields that its kind has`, () => {
    for (const object of chartObjects(values)) {
      const custom = CUSTOM_KINDS[object.kind];
      if (custom === undefined) {
        assert.equal(findStrangers(object, `V1${object.kind}`), [], object.metadata.name);
      } else {
        const isValid = ajv.compile(custom);
        assert.ok(isValid(object), `${object.metadata.name}: ${ajv.errorsText(isValid.errors)}`);
      }
    }
  });

  test(`${mode} every object says its namespace, is there once, and leaves Helm its own label`, () => {
    const { namespace = "frappe" } = values as { namespace?: string };
    const names = chartObjects(values).map(({ kind, metadata }) => {
      const isOutside = OF_THE_CLUSTER.has(kind);
      assert.is(metadata.namespace, isOutside ? undefined : namespace, metadata.name);
      assert.equal(Object.keys(metadata["labels"] ?? {}), [
        "app.kubernetes.io/part-of",
        ...(kind === "Namespace"
          ? ["pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn"]
          : []),
      ]);
      return `${kind} ${metadata.name}`;
    });
    assert.is(new Set(names).size, names.length, names.join(", "));
  });

  test(`${mode} no Pod is taken for a site Job's, and none has more rights than it needs`, () => {
    for (const [name, { metadata, spec }] of podsIn(values)) {
      assert.is(metadata?.labels?.["app.kubernetes.io/managed-by"], undefined, name);
      const hasToken = name.startsWith("Job kairos-secrets");
      assert.is(spec?.automountServiceAccountToken, hasToken, name);
      assert.equal(spec?.securityContext?.seccompProfile, { type: "RuntimeDefault" }, name);
      for (const container of containersOf(spec)) {
        assert.equal(findLaxity(container, spec), allowedLaxity(container), container.name);
      }
    }
  });

  test(`${mode} no secret is in any object`, () => {
    assert.not.ok(chartObjects(values).some(({ kind }) => kind === "Secret"));
    for (const [name, { spec }] of podsIn(values)) {
      for (const { name: variable, value } of containersOf(spec).flatMap(({ env }) => env ?? [])) {
        if (/PASSWORD|SECRET|TOKEN/.test(variable)) assert.is(value, undefined, name);
      }
    }
  });
}

/** What of the restricted Pod security standard a container does not meet. */
function findLaxity(container: V1Container, spec: V1PodSpec | undefined): string[] {
  const context = { ...spec?.securityContext, ...container.securityContext };
  const { requests, limits } = container.resources ?? {};
  const has = (amounts?: Record<string, string>) =>
    ["cpu", "memory", "ephemeral-storage"].every((name) => amounts?.[name] !== undefined);
  return [
    context.runAsNonRoot === true ? "" : "may be root",
    context.allowPrivilegeEscalation === false ? "" : "escalates",
    context.readOnlyRootFilesystem === true ? "" : "writes its image",
    context.capabilities?.drop?.includes("ALL") ? "" : "keeps capabilities",
    ...(context.capabilities?.add ?? []).map((added) => `adds ${added}`),
    has(requests) && has(limits) ? "" : "has no bounds",
  ].filter((fault) => fault !== "");
}

/** Only one is root, to give the volume to the bench; a namespace's "baseline" allows it that. */
function allowedLaxity({ name }: V1Container): string[] {
  return name === "volume" ? ["may be root", "adds CHOWN"] : [];
}

function podsIn(values: Values): [string, V1PodTemplateSpec][] {
  return chartObjects(values).flatMap((object): [string, V1PodTemplateSpec][] => {
    const template = templateOf(object);
    return template === null ? [] : [[`${object.kind} ${object.metadata.name}`, template]];
  });
}

function templateOf(object: Manifest): V1PodTemplateSpec | null {
  switch (object.kind) {
    case "Job":
      return (object as unknown as V1Job).spec?.template ?? null;
    case "Deployment":
      return (object as unknown as V1Deployment).spec?.template ?? null;
    case "StatefulSet":
      return (object as unknown as V1StatefulSet).spec?.template ?? null;
    case "CronJob":
      return (object as unknown as V1CronJob).spec?.jobTemplate.spec?.template ?? null;
    default:
      return null;
  }
}

function containersOf(spec: V1PodSpec | undefined): V1Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

test("what holds the customers' data stays when the chart is uninstalled", () => {
  const kept = chartObjects()
    .filter(({ metadata }) => {
      const annotations = metadata["annotations"] as Record<string, string> | undefined;
      return annotations?.["helm.sh/resource-policy"] === "keep";
    })
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  assert.equal(kept.toSorted(), [
    "Namespace frappe",
    "PersistentVolume frappe-router",
    "PersistentVolume frappe-sites",
    "PersistentVolume frappe-volume",
    "PersistentVolumeClaim frappe-sites",
    "PersistentVolumeClaim kairos-router",
    "PersistentVolumeClaim kairos-volume",
  ]);
  const { spec } = chartObject("StatefulSet", "mariadb") as unknown as V1StatefulSet;
  assert.equal(spec?.persistentVolumeClaimRetentionPolicy, {
    whenDeleted: "Retain",
    whenScaled: "Retain",
  });
});

test("of each bench stays the claim of its sites, of one that is to go too", () => {
  const kept = chartObjects(SEVERAL_BENCHES).filter(({ metadata }) => {
    const annotations = metadata["annotations"] as Record<string, string> | undefined;
    return annotations?.["helm.sh/resource-policy"] === "keep";
  });
  const ofSites = kept.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  assert.equal(ofSites.filter((name) => name.includes("-sites")).toSorted(), [
    "PersistentVolume frappe-sites",
    "PersistentVolume frappe-sites-v16-31",
    "PersistentVolume frappe-sites-v16-33",
    "PersistentVolumeClaim frappe-sites",
    "PersistentVolumeClaim frappe-sites-v16-31",
    "PersistentVolumeClaim frappe-sites-v16-33",
  ]);
});

test("an external database takes nothing of MariaDB into the cluster", () => {
  const objects = chartObjects({ ...SMALL_VALUES, backup: VALUES.backup });
  const names = new Set(objects.map(({ metadata }) => metadata.name));
  assert.not.ok(names.has("mariadb"));
  assert.ok(names.has("kairos-backup"));
});

const jobName = (name: string, values: Values) =>
  (chartObject("Job", name, values) as unknown as V1Job).metadata?.name;

for (const [what, name, changed] of [
  [
    "another version of a secret",
    "kairos-secrets",
    { secrets: { ...VALUES.secrets, mail: next() } },
  ],
  [
    "another version of the mail account",
    "kairos-mail",
    { secrets: { ...VALUES.secrets, mail: next() } },
  ],
  ["another image", "kairos-secrets", { cloudSdkImage: "gcr.io/cli:600.0.0-slim" }],
  ["another image of the bench", "kairos-mail", { frappeImage: "frappe/erpnext:v17.0.0" }],
  ["another image of the bench", "kairos-volume", { frappeImage: "frappe/erpnext:v17.0.0" }],
] as const) {
  test(`${what} makes a new Job ${name}, and nothing else does`, () => {
    assert.is.not(jobName(name, { ...VALUES, ...changed }), jobName(name, VALUES));
    assert.is(jobName(name, { ...VALUES, quota: { pods: 7 } }), jobName(name, VALUES));
  });
}

function next(): string {
  return VALUES.secrets.mail.replace(/\d+$/, "4");
}

test("site Jobs, backup and restore reach the database's port, whichever it is", () => {
  const values = { ...SMALL_VALUES, backup: VALUES.backup };
  for (const name of ["kairos-site-jobs", "kairos-backup"]) {
    const { spec } = chartObject("NetworkPolicy", name, values) as unknown as V1NetworkPolicy;
    const ports = spec?.egress?.flatMap(({ ports: each }) => each?.map(({ port }) => port));
    assert.ok(ports?.includes(3307) && !ports.includes(3306), name);
  }
});

test("MariaDB is reached from its namespace only, and reaches nobody", () => {
  const { spec } = chartObject("NetworkPolicy", "mariadb") as unknown as V1NetworkPolicy;
  assert.equal(spec?.ingress, [
    { from: [{ podSelector: {} }], ports: [{ protocol: "TCP", port: 3306 }] },
  ]);
  assert.equal(spec?.egress, []);
  assert.equal(spec?.policyTypes, ["Ingress", "Egress"]);
});

test("each Pod of the chart is under the policy that is meant for it", () => {
  const policies = chartObjects()
    .filter(({ kind }) => kind === "NetworkPolicy")
    .map((object) => object as unknown as V1NetworkPolicy);
  for (const [name, { metadata }] of podsIn(VALUES)) {
    const under = policies.filter(({ spec }) =>
      Object.entries(spec?.podSelector?.matchLabels ?? {}).every(
        ([key, value]) => metadata?.labels?.[key] === value,
      ),
    );
    assert.is(under.length, 1, name);
    assert.is(under[0]?.metadata?.name, metadata?.labels?.["app.kubernetes.io/name"]);
  }
});

test("half of MariaDB's memory is its buffer pool", () => {
  const values = { ...VALUES, mariadb: { memory: "16Gi" } };
  const { spec } = chartObject("StatefulSet", "mariadb", values) as unknown as V1StatefulSet;
  const [container] = spec?.template.spec?.containers ?? [];
  assert.equal(container?.args, ["mariadbd", "--innodb-buffer-pool-size=8192M"]);
  assert.is(container?.resources?.limits?.["memory"], "16Gi");
});

test("the Gateway brings every name to the router, and whoever comes without TLS to https", () => {
  const spec = (kind: string, name: string) =>
    chartObject(kind, name)["spec"] as Record<string, unknown>;
  assert.is(spec("HTTPRoute", "kairos-sites")["hostnames"], undefined);
  assert.equal(spec("HTTPRoute", "kairos-sites")["rules"], [
    { backendRefs: [{ name: "kairos-router", port: 8080 }] },
  ]);
  for (const policy of ["HealthCheckPolicy", "GCPBackendPolicy"]) {
    const targetRef = { group: "", kind: "Service", name: "kairos-router" };
    assert.equal(spec(policy, "kairos-sites")["targetRef"], targetRef, policy);
  }
  const [rule] = spec("HTTPRoute", "kairos-redirect")["rules"] as object[];
  assert.equal(rule, {
    filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }],
  });
});

test("the volume is mounted by the protocol that it has", () => {
  for (const nfsVersion of ["3", "4.1"]) {
    const values = { ...VALUES, volume: { ...VALUES.volume, nfsVersion } };
    const usual = ["hard", "timeo=600", "retrans=3", `nfsvers=${nfsVersion}`];
    for (const [name, more] of [
      ["frappe-sites", []],
      ["frappe-volume", []],
      // What it remembers of a name could be a link that was swapped.
      ["frappe-router", ["ro", "lookupcache=none", "actimeo=1"]],
    ] as const) {
      const { spec } = chartObject("PersistentVolume", name, values) as V1PersistentVolume;
      assert.equal(spec?.mountOptions, [...more, ...usual], name);
    }
  }
});

test("each claim is of one volume: the root, the root for the router, or a bench's sites", () => {
  const objectOf = (kind: string, name: string) => chartObject(kind, name, SEVERAL_BENCHES);
  for (const [claim, path] of [
    ["kairos-volume", "/sites"],
    ["kairos-router", "/sites"],
    ["frappe-sites", "/sites/benches/main/sites"],
    ["frappe-sites-v16-33", "/sites/benches/v16-33/sites"],
  ] as const) {
    const { spec } = objectOf("PersistentVolumeClaim", claim) as V1PersistentVolumeClaim;
    const volume = objectOf("PersistentVolume", spec?.volumeName ?? "") as V1PersistentVolume;
    assert.is(volume.spec?.claimRef?.name, claim);
    assert.equal(volume.spec?.nfs, { server: "10.0.0.2", path }, claim);
  }
});

test("whoever prepares the volume mounts its root, for the rest is not there yet", () => {
  const { spec } = chartObject("Job", "kairos-volume") as unknown as V1Job;
  const claims = spec?.template.spec?.volumes?.flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined ? [] : [claim.claimName],
  );
  assert.equal(claims, ["kairos-volume"]);
});

test("the mail account comes into each bench's configuration, on the claim of its sites", () => {
  const { spec } = chartObject("Job", "kairos-mail", SEVERAL_BENCHES) as unknown as V1Job;
  const { containers = [], volumes = [] } = spec?.template.spec ?? {};
  const files = containers[0]?.command?.slice(4);
  assert.equal(files, [
    "/sites/main/common_site_config.json",
    "/sites/v16-31/common_site_config.json",
    "/sites/v16-33/common_site_config.json",
  ]);
  const claimAt = (path: string) => {
    const mount = containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === path);
    const volume = volumes.find(({ name }) => name === mount?.name);
    return volume?.persistentVolumeClaim?.claimName;
  };
  assert.equal(
    files?.map((file) => claimAt(dirname(file))),
    ["frappe-sites", "frappe-sites-v16-31", "frappe-sites-v16-33"],
  );
});

test("a bench's Redis answers its own parts and site Jobs, and no other bench's", () => {
  const labelsOf = (name: string, instance = name) => ({
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": instance,
  });
  // As ERPNext's chart labels its Pods.
  const worker = (release: string) => labelsOf("erpnext-worker-l", `${release}-worker-l`);
  const mayAsk = (redis: Labels, asking: Labels) => {
    const policies = chartObjects(SEVERAL_BENCHES)
      .filter(({ kind }) => kind === "NetworkPolicy")
      .map((object) => (object as unknown as V1NetworkPolicy).spec)
      .filter((spec) => spec?.podSelector && isSelected(redis, spec.podSelector));
    assert.is(policies.length, 1, JSON.stringify(redis));
    assert.equal(policies[0]?.policyTypes, ["Ingress"]);
    // Not as the client's types have it, which call it _from.
    const rules = policies[0]?.ingress as { from: V1NetworkPolicyPeer[]; ports: unknown }[];
    return rules.some(({ from, ports }) => {
      assert.equal(ports, [{ protocol: "TCP", port: 6379 }]);
      return from.some(({ podSelector }) => podSelector && isSelected(asking, podSelector));
    });
  };
  for (const name of ["valkey-cache", "valkey-queue"]) {
    const redis = labelsOf(name, "frappe-bench");
    assert.ok(mayAsk(redis, worker("frappe-bench")), name);
    assert.ok(mayAsk(redis, { "app.kubernetes.io/managed-by": "kairos-control-plane" }), name);
    assert.not.ok(mayAsk(redis, worker("frappe-bench-v16-33")), name);
    assert.not.ok(mayAsk(labelsOf(name, "frappe-bench-v16-33"), worker("frappe-bench")), name);
    assert.not.ok(mayAsk(redis, { "app.kubernetes.io/name": "kairos-backup" }), name);
  }
});

type Labels = Record<string, string>;

function isSelected(labels: Labels, { matchLabels = {}, matchExpressions = [] }: V1LabelSelector) {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      assert.is(operator, "In");
      return values?.includes(labels[key] ?? "");
    })
  );
}

test("an upgrade looks for sites first where a bench is to go, and only there", () => {
  const name = "kairos-retired-benches-have-no-sites";
  assert.not.ok(chartObjects().some(({ metadata }) => metadata.name === name));
  const job = chartObject("Job", name, SEVERAL_BENCHES);
  assert.equal(job.metadata["annotations"], {
    "helm.sh/hook": "pre-upgrade",
    // One that has refused stays, to be read.
    "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
  });
  const { containers = [] } = (job as unknown as V1Job).spec?.template.spec ?? {};
  const env = Object.fromEntries(containers[0]?.env?.map((one) => [one.name, one.value]) ?? []);
  assert.is(env["RETIRED"], "v16-31 ");
  assert.ok(containers[0]?.volumeMounts?.every(({ readOnly }) => readOnly));
});

const router = (values: Values = VALUES) =>
  chartObject("Deployment", "kairos-router", values) as unknown as V1Deployment;

test("there are two routers at least, and never none: not while one is replaced, and not while a node goes", () => {
  const { spec } = router();
  assert.ok(spec);
  assert.is(spec.replicas, 2);
  assert.equal(spec.strategy?.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
  const budget = chartObject("PodDisruptionBudget", "kairos-router") as V1PodDisruptionBudget;
  const service = chartObject("Service", "kairos-router") as V1Service;
  assert.is(budget.spec?.maxUnavailable, 1);
  assert.equal(budget.spec?.selector, spec.selector);
  assert.equal(service.spec?.selector, spec.selector.matchLabels);
});

test("the router has the volume so that it cannot change it", () => {
  const { spec } = router().spec?.template ?? {};
  const claim = { claimName: "kairos-router", readOnly: true };
  const volume = spec?.volumes?.find(({ name }) => name === "volume");
  assert.equal(volume?.persistentVolumeClaim, claim);
  const mount = spec?.containers[0]?.volumeMounts?.find(({ name }) => name === "volume");
  assert.equal(mount, { name: "volume", mountPath: "/volume", readOnly: true });
});

test("a router that lives is not started anew because of its bench, and the load balancer asks for gunicorn", () => {
  const [container] = router().spec?.template.spec?.containers ?? [];
  assert.is(container?.livenessProbe?.httpGet?.path, "/health/router");
  assert.is(container?.readinessProbe?.httpGet?.path, "/health/volume");
  const policy = JSON.stringify(chartObject("HealthCheckPolicy", "kairos-sites"));
  assert.match(policy, '"requestPath":"/health/bench"');
});

test("another configuration of the router is another Pod", () => {
  const annotations = (values: Values) => router(values).spec?.template.metadata?.annotations;
  const other = { ...VALUES, router: { trustedProxies: ["203.0.113.7"] } };
  assert.not.equal(annotations(other), annotations(VALUES));
  assert.equal(annotations({ ...VALUES, quota: { pods: 7 } }), annotations(VALUES));
});

test("the router's image is always the very same", () => {
  const image = router().spec?.template.spec?.containers[0]?.image ?? "";
  assert.match(image, /^nginxinc\/nginx-unprivileged:[\w.-]+@sha256:[0-9a-f]{64}$/);
});

test("the router reaches the bench's web server and its socketio, and site Jobs reach the router and the bench", () => {
  const [bench] = [{ name: "main", host: "ours", port: 81, socketsHost: "io", socketsPort: 82 }];
  const values = { ...VALUES, benchPorts: [81, 83], router: { benches: [bench] } };
  const portsOf = (name: string) => {
    const { spec } = chartObject("NetworkPolicy", name, values) as unknown as V1NetworkPolicy;
    return spec?.egress?.flatMap(({ ports }) => ports?.map(({ port }) => port));
  };
  assert.equal(portsOf("kairos-router"), [53, 53, 81, 82]);
  assert.equal(portsOf("kairos-site-jobs"), [53, 53, 3306, 6379, 81, 83, 8080]);
});

test("without a bench there is no router, and all else is there", () => {
  const values = { ...VALUES, gateway: { enabled: false }, router: { benches: [] } };
  const names = chartObjects(values).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  const routers = names.filter((name) => name.endsWith(" kairos-router"));
  assert.equal(routers, ["PersistentVolumeClaim kairos-router"]);
  assert.ok(names.includes("StatefulSet mariadb"));
});

test("a firewall stands before the sites where one is named, and only there", () => {
  const policyOf = (values: Values) =>
    (chartObject("GCPBackendPolicy", "kairos-sites", values)["spec"] as { default: Values })
      .default["securityPolicy"];
  const gateway = { ...VALUES.gateway, securityPolicy: "kairos-sites" };
  assert.is(policyOf({ ...VALUES, gateway }), "kairos-sites");
  assert.is(policyOf(VALUES), undefined);
});

test("the backup mounts the volume so that it cannot change it", () => {
  const [, { spec }] = podsIn(VALUES).find(([name]) => name === "CronJob kairos-backup") as [
    string,
    V1PodTemplateSpec,
  ];
  const upload = spec?.containers.find(({ name }) => name === "upload");
  assert.is(upload?.volumeMounts?.find(({ name }) => name === "volume")?.readOnly, true);
  const volume = spec?.volumes?.find(({ name }) => name === "volume");
  assert.equal(volume?.persistentVolumeClaim, { claimName: "kairos-volume", readOnly: true });
});

test("an account is bound by its number too, which stays a text", () => {
  const reconcilers = ["117000000000000000001"];
  const binding = chartObject("RoleBinding", "kairos-site-jobs", { ...VALUES, reconcilers });
  const { subjects } = binding as unknown as V1RoleBinding;
  assert.equal(
    subjects?.map(({ kind, name }) => [kind, name]),
    [["User", "117000000000000000001"]],
  );
  assert.equal(findFaults({ ...VALUES, reconcilers }), []);
});

for (const name of ["kairos-restore", "kairos-restore-volume"]) {
  test(`${name} never runs by itself`, () => {
    const { spec } = chartObject("CronJob", name) as unknown as V1CronJob;
    assert.is(spec?.suspend, true);
  });
}

test("a tenant's database has a name that the restore takes", () => {
  assert.match(databaseName("11111111-2222-4333-8444-555555555555"), /^[A-Za-z0-9_.-]+$/);
});

for (const [path, values] of [
  ["/naemspace", { naemspace: "frappe" }],
  ["/namespace", { namespace: "Frappe" }],
  ["/reconcilers", { reconcilers: [] }],
  ["/reconcilers/0", { reconcilers: ["kairos-provision"] }],
  ["/volume/server", { volume: { ...VALUES.volume, server: "" } }],
  ["/volume/path", { volume: { ...VALUES.volume, path: "sites" } }],
  ["/volume/nfsVersion", { volume: { ...VALUES.volume, nfsVersion: "4" } }],
  ["/gateway/securityPolicy", { gateway: { ...VALUES.gateway, securityPolicy: "a policy" } }],
  ["/volume/gib", { volume: { ...VALUES.volume, gib: "1024" } }],
  ["/secrets/mail", { secrets: { ...VALUES.secrets, mail: "kairos-mail" } }],
  ["/secrets/mail", { secrets: { ...VALUES.secrets, mail: next().replace(/\d$/, "latest") } }],
  ["/secrets/databaseAdmin", { secrets: { mail: VALUES.secrets.mail } }],
  ["/mariadb/memory", { mariadb: { memory: "4096Mi" } }],
  ["/mariadb/image", { mariadb: { image: "mariadb" } }],
  ["/mariadb/root", { mariadb: { root: "secret" } }],
  ["/database/port", { database: { port: 3307 } }],
  ["/database/host", { database: { host: "db.example.com" } }],
  ["/database/host", { mariadb: { enabled: false } }],
  ["/database/port", { ...SMALL_VALUES, database: { host: "db", port: 70_000 } }],
  ["/backup/bucket", { backup: {} }],
  ["/backup/bucket", { backup: { bucket: "gs://bucket" } }],
  ["/backup/schedule", { backup: { ...VALUES.backup, schedule: "nightly" } }],
  ["/gateway/addressName", { gateway: { ...VALUES.gateway, addressName: "" } }],
  ["/gateway/certificateMap", { gateway: { ...VALUES.gateway, certificateMap: "a map" } }],
  ["/gateway/service", { gateway: { ...VALUES.gateway, service: { name: "bench", port: 80 } } }],
  ["/router/replicas", { router: { replicas: 1 } }],
  ["/router/image", { router: { image: "nginx" } }],
  ["/router/trustedProxies/0", { router: { trustedProxies: ["10.0.0.0/8; deny all"] } }],
  ["/router/benches/0/name", { router: { benches: [{ ...BENCH, name: "main; default" }] } }],
  ["/router/benches/0/host", { router: { benches: [{ ...BENCH, host: "a b" }] } }],
  ["/router/benches/0/socketsPort", { router: { benches: [{ ...BENCH, socketsPort: 0 }] } }],
  ["/benches", { benches: [] }],
  ["/benches/0", { benches: ["../main"] }],
  ["/retiredBenches/0", { retiredBenches: ["$(true)"] }],
  ["/releases/0", { releases: ["Frappe"] }],
  ["/benchPorts/0", { benchPorts: [0] }],
  ["/gateway/timeoutSeconds", { gateway: { ...VALUES.gateway, timeoutSeconds: 0 } }],
  ["/quota/pods", { quota: { pods: 0 } }],
  ["/cloudSdkImage", { cloudSdkImage: "" }],
] as [string, Values][]) {
  test(`${JSON.stringify(values).slice(0, 70)} is refused because of ${path}`, () => {
    const faults = findFaults({ ...VALUES, ...values });
    assert.ok(
      faults.some((fault) => fault.startsWith(`${path}: `)),
      faults.join("\n"),
    );
    assert.throws(() => renderChart({ ...VALUES, ...values }));
  });
}

const scripts = [...readChartFiles("files")].filter(([name]) => name.endsWith(".sh"));
for (const [name, script] of scripts) {
  if (spawnSync("shellcheck", ["--version"]).error) {
    skip(test, `${name} is clean`, "shellcheck", "there is no shellcheck on the PATH");
    continue;
  }
  test(`${name} is clean for shellcheck, and ends at the first failure`, () => {
    const { stdout } = spawnSync("shellcheck", ["--shell=bash", "-"], {
      input: script,
      encoding: "utf8",
    });
    assert.is(stdout, "");
    assert.match(script, /^set -euo pipefail$/m);
  });
}

test.run();
