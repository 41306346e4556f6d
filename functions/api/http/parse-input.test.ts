import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ENDPOINTS } from "../endpoints.ts";
import { Problem } from "./problem.ts";
import { parseIdempotencyKey, parsePathParameter } from "./parse-input.ts";

const test = suite("validation");

const GOOD = {
  organization: "Acme & Söhne, Inc.",
  subdomain: "acme",
  email: "office@acme.example",
};

function refusal(parse: () => unknown): Problem {
  try {
    parse();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

const { createTenant, changeTenant, listTenants } = ENDPOINTS;
const parseCreateTenant = (body: unknown) => createTenant.parseBody(body);
const parseList = (query: string) => listTenants.parseQuery(new URLSearchParams(query));

function pointersFor(body: unknown): string[] {
  return refusal(() => parseCreateTenant(body)).errors.map(({ pointer }) => pointer);
}

test("a good body is taken as it is", () => {
  assert.equal(parseCreateTenant(GOOD), GOOD);
});

test("school_name stands for organization, and the rest may be left out", () => {
  const body = { school_name: "Acme", email: GOOD.email };
  assert.equal(parseCreateTenant(body), body);
});

const wrong: [field: string, values: unknown[]][] = [
  [
    "organization",
    [
      "",
      "A",
      "  ",
      "--",
      " Acme",
      "Acme ",
      "x".repeat(101),
      "Acme <b>",
      "Acme\n",
      7,
      null,
      ["Acme"],
      {},
    ],
  ],
  [
    "subdomain",
    ["", "ab", "x".repeat(31), "-acme", "acme-", "ac me", "ac.me", "xn--acme", "XN--acme", "ä", 7],
  ],
  ["first_name", ["", " ", "--", "Ada\n", "x".repeat(101), 7]],
  ["last_name", ["", "<b>", {}]],
  ["school_name", ["A", 7]],
  [
    "email",
    [
      "",
      "x".repeat(300),
      "acme",
      "@acme",
      "a@",
      "a b@acme.example",
      // What Frappe refuses only after minutes of work.
      "a@acme",
      "a@localhost",
      "a..b@acme.example",
      ".a@acme.example",
      "a.@acme.example",
      "a@acme..example",
      "a@.acme.example",
      "a@-acme.example",
      "a@acme-.example",
      "a@ac_me.example",
      "ñandu@acme.example",
      `${"a".repeat(128)}@acme.example`,
      // What it takes for an address with something behind it.
      "a@acme.example.",
      "a@acme.example/x",
      "a@b@acme.example",
      `${"x".repeat(250)}@a.de`,
      7,
      null,
    ],
  ],
];
for (const [field, values] of wrong) {
  for (const value of values) {
    test(`${field} ${JSON.stringify(value).slice(0, 40)} is refused by name`, () => {
      const { organization, ...rest } = GOOD;
      const others = field === "school_name" ? rest : { ...rest, organization };
      assert.equal(pointersFor({ ...others, [field]: value }), [`/${field}`]);
    });
  }
}

test("good organizations of many scripts are taken", () => {
  for (const organization of ["株式会社", "O'Neil & Sons", "مدرسة النور", "Ελληνικά 2", "A.B-C"]) {
    assert.is(
      (parseCreateTenant({ ...GOOD, organization }) as typeof GOOD).organization,
      organization,
    );
  }
});

test("what need not be given may be null", () => {
  const body = { ...GOOD, subdomain: null, first_name: null, last_name: null };
  assert.equal(parseCreateTenant(body), body);
});

test("an organization has one name only", () => {
  const errors = [
    { pointer: "/school_name", message: "school_name must be left out beside organization" },
  ];
  const both = { organization: "Acme", school_name: "Acme" };
  const problem = refusal(() => parseCreateTenant({ ...both, email: GOOD.email }));
  assert.equal(problem.errors, errors);
  assert.match(refusal(() => changeTenant.parseBody(both)).message, /only one of organization/);
});

test("an organization is needed by one of its names", () => {
  const problem = refusal(() => parseCreateTenant({ email: GOOD.email }));
  assert.equal(problem.errors, [{ pointer: "/organization", message: "organization is required" }]);
});

test("a prototype's key is a field like any other, and unknown", () => {
  const body: unknown = JSON.parse(`{"__proto__": {}, "constructor": 1, "email": "a@b.example"}`);
  assert.equal(pointersFor(body), ["/organization", "/__proto__", "/constructor"]);
});

test("a correction is of an organization, an e-mail or how rollouts treat the tenant, and of nothing else", () => {
  const parse = (body: unknown) => changeTenant.parseBody(body);
  assert.equal(parse({ email: GOOD.email }), { email: GOOD.email });
  assert.match(
    refusal(() => parse({})).message,
    /at least one of organization, email, time_zone and canary/,
  );
  for (const field of ["subdomain", "status", "id", "generation", "first_name"]) {
    const problem = refusal(() => parse({ organization: "Acme", [field]: "x" }));
    assert.equal(problem.errors, [
      { pointer: `/${field}`, message: `${field} is not a known field` },
    ]);
  }
});

test("every missing and every unknown field is named at once", () => {
  const problem = refusal(() => parseCreateTenant({ organization: "Acme", color: "red" }));
  assert.is(problem.status, 422);
  assert.equal(problem.errors.map(({ pointer }) => pointer).toSorted(), ["/color", "/email"]);
  assert.match(problem.message, /email is required/);
});

test("of thousands of unknown fields some are named, for nobody reads all", () => {
  const unknown = Array.from({ length: 8_000 }, (_, number) => [`k${number}`, 1]);
  const body = { ...GOOD, ...(Object.fromEntries(unknown) as object) };
  assert.is(new Set(pointersFor(body)).size, 20);
});

for (const body of [null, [], "text", 7]) {
  test(`the body ${JSON.stringify(body)} is refused`, () => {
    assert.match(refusal(() => parseCreateTenant(body)).message, /the body must be a JSON object/);
  });
}

test("a pointer to a field with a slash is escaped", () => {
  assert.ok(pointersFor({ ...GOOD, "a/b~c": 1 }).includes("/a~1b~0c"));
});

test("a listing has defaults, filters and limits", () => {
  assert.equal(parseList(""), { skip: 0, limit: 100 });
  assert.equal(parseList("skip=5&limit=1000&nocache=1"), { skip: 5, limit: 1000 });
  assert.equal(parseList("status=active&email=a%40b.example"), {
    skip: 0,
    limit: 100,
    status: "active",
    email: "a@b.example",
  });
  const by = { q: "Ac-1", state: "suspended", bench: "v16-33", order_by: "-created_at" };
  const times = {
    created_after: "2026-11-29T17:00:00Z",
    created_before: "2026-11-30T00:00:00.5Z",
  };
  assert.equal(parseList(new URLSearchParams({ ...by, ...times }).toString()), {
    skip: 0,
    limit: 100,
    ...by,
    ...times,
  });
});

for (const query of [
  "limit=0",
  "limit=1001",
  "limit=x",
  "limit=",
  "limit=1e2",
  "limit=0x10",
  "limit= 5",
  "limit=5&limit=5",
  "skip=-1",
  "skip=1.5",
  "skip=99999999999999999999",
  "status=gone",
  "status=",
  "email=x",
  "page_token=%00",
  "page_token=",
  `page_token=${"x".repeat(2201)}`,
  "q=",
  "q=a.b",
  "q=ä",
  `q=${"a".repeat(64)}`,
  "state=absent",
  "state=PRESENT",
  "bench=Main",
  "bench=a_b",
  "created_after=yesterday",
  "created_before=2026-11-29",
  "order_by=name",
  "order_by=-subdomain",
  "order_by=",
]) {
  test(`the query ${query} is refused by name`, () => {
    const problem = refusal(() => parseList(query));
    assert.is(problem.status, 422);
    assert.equal(
      problem.errors.map(({ pointer }) => pointer),
      [`/${/^\w+/.exec(query)?.[0]}`],
    );
  });
}

test("a tenant's id is a UUID in lower case", () => {
  const id = "0c16443d-3d8e-4c0d-b43c-ac1174140611";
  assert.is(parsePathParameter("id", id), id);
  for (const text of ["", "acme", id.toUpperCase(), `${id}0`, `${id}\n`]) {
    assert.match(
      refusal(() => parsePathParameter("id", text)).message,
      /id must be a UUID in lower case/,
    );
  }
});

test("an idempotency key is short and visible", () => {
  assert.is(parseIdempotencyKey('"8e03978e"'), '"8e03978e"');
  for (const text of ["", "two words", "ä", "x".repeat(256)]) {
    assert.is(refusal(() => parseIdempotencyKey(text)).status, 400);
  }
});

for (const email of [
  "office@acme.example",
  "Ada@ACME.Example",
  "a@b.c",
  "a+b@acme.example",
  "o'brien@acme.example",
  "a!#$%&*/=?^_`{|}~-b@acme.example",
  "a@xn--andu-iqa.example",
  "a@127.0.0.1",
  "a@a-b.c-d",
  "a@a--b.example",
  `${"a".repeat(127)}@acme.example`,
]) {
  test(`an address that Frappe takes is taken: ${email.slice(0, 40)}`, () => {
    const body = { organization: "Acme", email };
    assert.equal(parseCreateTenant(body), body);
  });
}

test.run();
