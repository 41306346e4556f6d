import { suite } from "uvu";
import * as assert from "uvu/assert";
import { problemsOf } from "../../tests/testkit/settings-problems.ts";
import { MAIN_BENCH } from "../../tests/testkit/some-bench.ts";
import { parseApiSettings, parseReconcilerSettings } from "./settings.ts";
import type { Environment } from "./setting-types.ts";

const test = suite("settings");

const API = { GOOGLE_CLOUD_PROJECT: "my-project", API_KEYS: "first-key,second-key" };
const RECONCILER = { GOOGLE_CLOUD_PROJECT: "my-project", KUBECONFIG: "/k" };

test("what is not set has the values of the service that this one replaces", () => {
  const api = parseApiSettings(API);
  assert.is(api.baseDomain, "kairos.app");
  assert.equal(api.allowedOrigins, ["*"]);
  assert.equal(api.apiKeys, ["first-key", "second-key"]);
  const reconciler = parseReconcilerSettings(RECONCILER);
  assert.is(reconciler.namespace, "frappe");
  assert.equal(reconciler.benches, [MAIN_BENCH]);
  assert.is(reconciler.databasePort, 3306);
  assert.is(reconciler.maxConcurrentJobs, 5);
  assert.is(reconciler.retryPauseSeconds, 30);
});

test("an API without keys is refused", () => {
  for (const keys of [undefined, "", " "]) {
    const problems = problemsOf(() => parseApiSettings({ ...API, API_KEYS: keys }));
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? "", /^API_KEYS is not set: .* ALLOWED_CALLERS/);
  }
});

test("callers are told by a key, by the ID token of a Google account, or by either", () => {
  const parseCallers = (env: Environment) => {
    const { apiKeys, allowedCallers, audience } = parseApiSettings({
      GOOGLE_CLOUD_PROJECT: "my-project",
      ...env,
    });
    return [apiKeys, allowedCallers, audience];
  };
  const tokens = {
    ALLOWED_CALLERS: "Ann@Example.com, frontend@my-project.iam.gserviceaccount.com",
    API_AUDIENCE: "https://api-x7.a.run.app",
  };
  const callers = ["ann@example.com", "frontend@my-project.iam.gserviceaccount.com"];
  const keys = ["first-key", "first-key"];
  assert.equal(parseCallers({ API_KEYS: keys.join() }), [keys, [], null]);
  assert.equal(parseCallers(tokens), [[], callers, "https://api-x7.a.run.app"]);
  assert.equal(parseCallers({ ...tokens, API_KEYS: keys.join() }), [
    keys,
    callers,
    tokens.API_AUDIENCE,
  ]);
});

test("a key has the name that stands before it, or its place for one", () => {
  const parseKeys = (keys: string) => {
    const { apiKeys, apiKeyNames } = parseApiSettings({ ...API, API_KEYS: keys });
    return apiKeys.map((key, index) => [apiKeyNames[index], key]);
  };
  assert.equal(parseKeys("first-key, billing:second-key,third-key"), [
    ["key-1", "first-key"],
    ["billing", "second-key"],
    ["key-3", "third-key"],
  ]);
  assert.equal(parseKeys("web:old-key-1,web:new-key-2"), [
    ["web", "old-key-1"],
    ["web", "new-key-2"],
  ]);
  assert.equal(parseKeys("a:b:c:d:e:f"), [["a", "b:c:d:e:f"]]);
  const longest = `a${"-".repeat(30)}`;
  assert.equal(parseKeys(`${longest}:some-key-1`), [[longest, "some-key-1"]]);
});

const ANN = "ann@example.com";
const CLIENT_ID = "1234567890-abc.apps.googleusercontent.com";
const IAP_AUDIENCE = "/projects/1234567890/locations/europe-west1/services/kairos-api";
const WAYS = {
  API_AUDIENCE: "https://api.example.com",
  GOOGLE_CLIENT_ID: CLIENT_ID,
  IAP_AUDIENCE,
};

for (const [way, value] of Object.entries(WAYS)) {
  test(`accounts are told by ${way} alone, and it is of no use without accounts`, () => {
    const env = { ...API, [way]: value };
    assert.equal(
      problemsOf(() => parseApiSettings({ ...env, ALLOWED_CALLERS: ANN })),
      [],
    );
    assert.equal(
      problemsOf(() => parseApiSettings({ ...env, VIEWERS: ANN })),
      [],
    );
    assert.equal(
      problemsOf(() => parseApiSettings(env)),
      [`${way} is set, so ALLOWED_CALLERS or VIEWERS must have an account.`],
    );
  });
}

for (const list of ["ALLOWED_CALLERS", "VIEWERS"]) {
  test(`accounts in ${list} are of no use without a way to tell them`, () => {
    assert.equal(
      problemsOf(() => parseApiSettings({ ...API, [list]: ANN })),
      [`${list} has accounts, so one of API_AUDIENCE, GOOGLE_CLIENT_ID, IAP_AUDIENCE must be set.`],
    );
  });
}

const NAMED = { ...API, API_KEYS: "web:first-key,second-key,web:third-key,key-9:fourth-key" };

test("viewers are accounts in lower case, and keys by their names", () => {
  const { viewers } = parseApiSettings({
    ...NAMED,
    ...WAYS,
    VIEWERS: "Bob@Example.com, key:web,key:key-9",
  });
  assert.equal(viewers, ["bob@example.com", "key:web", "key:key-9"]);
  assert.equal(parseApiSettings(API).viewers, []);
});

for (const [sentence, item] of [
  ["another name", "key:webb"],
  ["a name by place", "key:key-2"],
  ["a key", "key:first-key"],
]) {
  test(`${sentence} is no viewer, and is not quoted`, () => {
    const problems = problemsOf(() => parseApiSettings({ ...NAMED, VIEWERS: `key:web,${item}` }));
    assert.equal(problems, [
      "VIEWERS must name keys by the names before them in API_KEYS; its item 2 is none.",
    ]);
  });
}

test("viewers alone are no callers: somebody has to be able to change things", () => {
  const { API_KEYS: _, ...without } = { ...API, ...WAYS, VIEWERS: ANN };
  assert.match(problemsOf(() => parseApiSettings(without)).join(), /^API_KEYS is not set/);
});

const AUDIENCE = { ...API, ALLOWED_CALLERS: "ann@example.com" };
const CALLERS = { ...API, API_AUDIENCE: "https://api.example.com" };

const taken: [name: string, base: Environment, values: string[]][] = [
  [
    "API_AUDIENCE",
    AUDIENCE,
    [
      "https://europe-west1-my-project.cloudfunctions.net/api",
      "https://api.example.com:8443",
      "http://localhost:8080",
      "http://127.0.0.1",
    ],
  ],
  ["ALLOWED_CALLERS", CALLERS, ["a@b.de", ",a@b.de, ,c@d.de,", "a@b.de,A@b.de"]],
  ["VIEWERS", CALLERS, ["a@b.de", ",a@b.de, ,c@d.de,", "key:me@b.de"]],
  ["GOOGLE_CLIENT_ID", AUDIENCE, [CLIENT_ID, "1234567890.apps.googleusercontent.com"]],
  ["IAP_AUDIENCE", AUDIENCE, [IAP_AUDIENCE, "/projects/12/global/backendServices/34"]],
  ["RESERVED_SUBDOMAINS", API, ["billing", "billing, login,", "x", "a".repeat(63)]],
  ["RATE_LIMIT_PER_MINUTE", API, ["0", "1", " 600 ", "1000000"]],
];
for (const [name, base, values] of taken) {
  for (const value of values) {
    test(`${name} may be "${value}"`, () => {
      assert.equal(
        problemsOf(() => parseApiSettings({ ...base, [name]: value })),
        [],
      );
    });
  }
}

const refused: [name: string, base: Environment, values: string[]][] = [
  [
    "API_KEYS",
    API,
    [
      " , ",
      "short",
      "long-enough,short",
      "se cret-key",
      "schlüssel-1",
      "web:short",
      "Web:long-enough",
      "1web:long-enough",
      "web_1:long-enough",
      ":long-enough",
      "web:",
      "web: long-enough",
      `a${"b".repeat(31)}:long-enough`,
    ],
  ],
  [
    "API_AUDIENCE",
    AUDIENCE,
    [
      "api.example.com",
      "http://api.example.com",
      "http://localhost.example.com",
      "http://localhost@api.example.com",
      "https://",
      "https://api.example.com/?a=b",
      "https://api.example.com https://other.example.com",
    ],
  ],
  ["ALLOWED_CALLERS", CALLERS, [",", "ann", "ann@", "ann@localhost", "a@b.de c@d.de", "a@b@c.de"]],
  [
    "VIEWERS",
    CALLERS,
    [",", "ann", "ann@localhost", "key:", "key:Web", "web", "KEY:web", "a@b.de c"],
  ],
  [
    "GOOGLE_CLIENT_ID",
    AUDIENCE,
    [
      "1234567890-abc",
      "https://1-a.apps.googleusercontent.com",
      "1-a.apps.googleusercontent.com.evil.example",
      `${CLIENT_ID},${CLIENT_ID}`,
    ],
  ],
  [
    "IAP_AUDIENCE",
    AUDIENCE,
    [
      "projects/1/global/backendServices/2",
      "/projects/mine/apps/mine",
      "/projects/1",
      "/projects/1/ /2",
    ],
  ],
  ["RESERVED_SUBDOMAINS", API, [",", "Billing", "-a", "a-", "a.b", "a b", "a".repeat(64)]],
  ["RATE_LIMIT_PER_MINUTE", API, ["-1", "2.5", "1000001", "0x10", "1e2", "+5", "many"]],
];
for (const [name, base, values] of refused) {
  for (const value of values) {
    test(`${name} may not be "${value}"`, () => {
      const problems = problemsOf(() => parseApiSettings({ ...base, [name]: value }));
      assert.is(problems.length, 1);
      assert.match(problems[0] ?? "", new RegExp(`^${name} must be `));
    });
  }
}

test("reserved subdomains and the rate limit are none unless they are set", () => {
  const limits = (env: Environment) => {
    const { reservedSubdomains, rateLimitPerMinute } = parseApiSettings({ ...API, ...env });
    return [reservedSubdomains, rateLimitPerMinute];
  };
  assert.equal(limits({}), [[], 0]);
  assert.equal(limits({ RESERVED_SUBDOMAINS: "billing, login", RATE_LIMIT_PER_MINUTE: "60" }), [
    ["billing", "login"],
    60,
  ]);
});

test("a list of nothing is no list", () => {
  const problems = problemsOf(() => parseReconcilerSettings({ ...RECONCILER, FRAPPE_APPS: "," }));
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^FRAPPE_APPS must be/);
});

test("there is no pool unless its size is set, and all functions read the same one", () => {
  const pool = { POOL_SIZE: "1000", POOL_MAX_AGE_DAYS: "365" };
  assert.is(parseApiSettings(API).poolSize, 0);
  assert.is(parseApiSettings({ ...API, ...pool }).poolSize, 1000);
  const [unset, set] = [RECONCILER, { ...RECONCILER, ...pool }].map(parseReconcilerSettings);
  assert.equal([unset?.poolSize, unset?.poolMaxAgeDays], [0, 7]);
  assert.equal([set?.poolSize, set?.poolMaxAgeDays], [1000, 365]);
  for (const [name, values, rule] of [
    ["POOL_SIZE", ["-1", "2.5", "1001", "many"], "from 0, for none, to 1000"],
    ["POOL_MAX_AGE_DAYS", ["0", "366", "7d"], "from 1 to 365"],
  ] as const) {
    for (const value of values) {
      assert.equal(
        problemsOf(() => parseReconcilerSettings({ ...RECONCILER, [name]: value })),
        [`${name} must be a whole number ${rule}.`],
        value,
      );
    }
  }
});

test("how many site Jobs work at once and how long a pause is are whole numbers from 1 on", () => {
  const parsed = parseReconcilerSettings({
    ...RECONCILER,
    MAX_CONCURRENT_JOBS: "1000",
    RETRY_PAUSE_SECONDS: " 1 ",
  });
  assert.equal([parsed.maxConcurrentJobs, parsed.retryPauseSeconds], [1000, 1]);
  for (const [name, values, rule] of [
    ["MAX_CONCURRENT_JOBS", ["0", "-1", "2.5", "many", "1001", "0x10", "1e2"], "from 1 to 1000"],
    ["RETRY_PAUSE_SECONDS", ["0", "-1", "2.5", "30s", "901"], "from 1 to 900"],
  ] as const) {
    for (const value of values) {
      assert.equal(
        problemsOf(() => parseReconcilerSettings({ ...RECONCILER, [name]: value })),
        [`${name} must be a whole number ${rule}.`],
        value,
      );
    }
  }
});

const GKE = { GKE_CLUSTER: "kairos", GKE_LOCATION: "europe-west1" };
const gke = (project: string) => ({
  kind: "gke",
  project,
  location: "europe-west1",
  cluster: "kairos",
});

const targets: [sentence: string, env: Environment, target: unknown][] = [
  ["the cluster that it runs in", { USE_IN_CLUSTER: "true" }, { kind: "in-cluster" }],
  ["that one before any other", { ...GKE, USE_IN_CLUSTER: "true" }, { kind: "in-cluster" }],
  [
    "that one whatever is said of others",
    { GKE_CLUSTER: "No Name", USE_IN_CLUSTER: "true" },
    { kind: "in-cluster" },
  ],
  ["a GKE cluster of its own project", GKE, gke("my-project")],
  ["a GKE cluster of another project", { ...GKE, GKE_PROJECT: "other" }, gke("other")],
  [
    "a GKE cluster although it could run in one",
    { ...GKE, USE_IN_CLUSTER: "no" },
    gke("my-project"),
  ],
  [
    "a kubeconfig where no cluster is named",
    { GKE_CLUSTER: " ", GKE_LOCATION: "No Name" },
    { kind: "kubeconfig", path: "/k" },
  ],
];
for (const [sentence, env, target] of targets) {
  test(`the cluster is ${sentence}`, () => {
    assert.equal(parseReconcilerSettings({ ...RECONCILER, ...env }).target, target);
  });
}

test("without a way to a cluster all three are named", () => {
  const problems = problemsOf(() =>
    parseReconcilerSettings({ GOOGLE_CLOUD_PROJECT: "my-project" }),
  );
  assert.is(problems.length, 1);
  assert.match(problems[0] ?? "", /^KUBECONFIG is not set: .*GKE_CLUSTER.*USE_IN_CLUSTER/);
});

test("a GKE cluster is named with its location", () => {
  const problems = problemsOf(() => parseReconcilerSettings({ ...RECONCILER, GKE_CLUSTER: "No" }));
  assert.equal(problems.map((problem) => problem.replace(/:? .*/, "")).toSorted(), [
    "GKE_CLUSTER",
    "GKE_LOCATION",
  ]);
});

test("all mistakes are reported at once, by the names of their settings", () => {
  const problems = problemsOf(() =>
    parseReconcilerSettings({
      BASE_DOMAIN: "Kairos",
      GKE_NAMESPACE: "Not A Label",
      FRAPPE_IMAGE: "frappe/erpnext",
      DB_PORT: "99999",
      KUBECONFIG: "/k",
    }),
  );
  const names = problems.map((problem) => problem.split(" ", 1).join());
  assert.equal(
    new Set(names),
    new Set(["BASE_DOMAIN", "DB_PORT", "FRAPPE_IMAGE", "GKE_NAMESPACE", "GOOGLE_CLOUD_PROJECT"]),
  );
});

test("a complaint never quotes a value, for it may be a secret", () => {
  const env = { ...API, API_KEYS: "good-long-key,se cret", BASE_DOMAIN: "hunter2 x" };
  const said = problemsOf(() => parseApiSettings(env)).join(" ");
  assert.match(said, /API_KEYS/);
  assert.not.match(said, /se cret|hunter2|good-long-key/);
  const named = problemsOf(() => parseApiSettings({ ...API, API_KEYS: "Web:hunter2-is-long" }));
  assert.match(named.join(" "), /^API_KEYS must be /);
  assert.not.match(named.join(" "), /Web|hunter2/);
});

const V16 = { name: "v16-32", image: "frappe/erpnext:v16.32.3", url: "http://bench:8080" };
const V17 = { name: "v17", image: "b@sha256:00", apps: ["erpnext", "hrms"], current: true };
const withList = (benches: unknown, more: Environment = {}) => ({
  ...RECONCILER,
  ...more,
  BENCHES: typeof benches === "string" ? benches : JSON.stringify(benches),
});

test("several benches are a list, of which one is where new sites are made", () => {
  const listed = [
    { ...V16, apps: ["crm"], current: false },
    { ...V17, url: null },
  ];
  const env = withList([V16, V17], { FRAPPE_APPS: "crm" });
  assert.equal(parseReconcilerSettings(env).benches, listed);
  assert.equal(parseApiSettings({ ...API, ...env }).benches, listed);
});

const MISTAKEN: [sentence: string, env: Environment, problem: RegExp][] = [
  ["no JSON", withList("main=a:1"), /^BENCHES: it must be a list of 1 to 20 benches/],
  ["no list", withList({}), /^BENCHES: it must be a list/],
  ["an empty list", withList([]), /^BENCHES: it must be a list/],
  ["a bench without an image", withList([{ name: "a", current: true }]), /^BENCHES\/0\/image: /],
  ["a name that is none", withList([{ ...V17, name: "V17" }]), /^BENCHES\/0\/name: /],
  ["an image without a tag", withList([{ ...V17, image: "a" }]), /^BENCHES\/0\/image: /],
  ["a field that nobody knows", withList([{ ...V17, iamge: "a:1" }]), /iamge is not a known field/],
  ["two of one name", withList([V17, { ...V17, current: false }]), /two benches alike/],
  ["none that is current", withList([V16]), /one current bench; 0 are/],
  ["two that are", withList([{ ...V16, current: true }, V17]), /one current bench; 2 are/],
  [
    "an image beside it",
    withList([V17], { FRAPPE_IMAGE: "a:1" }),
    /^FRAPPE_IMAGE must be left out/,
  ],
];
for (const [sentence, env, problem] of MISTAKEN) {
  test(`a list of benches is refused for ${sentence}`, () => {
    const problems = problemsOf(() => parseReconcilerSettings(env));
    assert.is(problems.length, 1, problems.join(" "));
    assert.match(problems[0] ?? "", problem);
  });
}

test.run();
