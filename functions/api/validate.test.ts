import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Problem } from "./problem.ts";
import { parseCreateTenant, parsePage } from "./validate.ts";

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

function pointersFor(body: unknown): string[] {
  return refusal(() => parseCreateTenant(body)).errors.map(({ pointer }) => pointer);
}

test("a good body is taken as it is", () => {
  assert.equal(parseCreateTenant(GOOD), GOOD);
});

test("a subdomain is lower-cased", () => {
  assert.is(parseCreateTenant({ ...GOOD, subdomain: "Acme" }).subdomain, "acme");
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
    [
      "",
      "ab",
      "x".repeat(31),
      "-acme",
      "acme-",
      "ac me",
      "ac.me",
      "xn--acme",
      "www",
      "Admin",
      "ä",
      7,
    ],
  ],
  ["email", ["", "acme", "@acme", "a@", "a b@acme.example", `${"x".repeat(250)}@a.de`, 7, null]],
];
for (const [field, values] of wrong) {
  for (const value of values) {
    test(`${field} ${JSON.stringify(value).slice(0, 40)} is refused by name`, () => {
      assert.equal(pointersFor({ ...GOOD, [field]: value }), [`/${field}`]);
    });
  }
}

test("good organizations of many scripts are taken", () => {
  for (const organization of ["株式会社", "O'Neil & Sons", "مدرسة النور", "Ελληνικά 2", "A.B-C"]) {
    assert.is(parseCreateTenant({ ...GOOD, organization }).organization, organization);
  }
});

test("every missing and every unknown field is named at once", () => {
  const problem = refusal(() => parseCreateTenant({ organization: "Acme", color: "red" }));
  assert.is(problem.status, 422);
  assert.equal(problem.errors.map(({ pointer }) => pointer).toSorted(), [
    "/color",
    "/email",
    "/subdomain",
  ]);
  assert.match(problem.message, /email is required/);
});

for (const body of [null, [], "text", 7]) {
  test(`the body ${JSON.stringify(body)} is refused`, () => {
    assert.match(refusal(() => parseCreateTenant(body)).message, /the body must be a JSON object/);
  });
}

test("a pointer to a field with a slash is escaped", () => {
  assert.ok(pointersFor({ ...GOOD, "a/b~c": 1 }).includes("/a~1b~0c"));
});

test("a page has defaults and limits", () => {
  assert.equal(parsePage(new URLSearchParams()), { skip: 0, limit: 100 });
  assert.equal(parsePage(new URLSearchParams("skip=5&limit=1000")), { skip: 5, limit: 1000 });
  for (const query of ["limit=0", "limit=1001", "limit=x", "skip=-1", "skip=1.5", "limit="]) {
    assert.is(refusal(() => parsePage(new URLSearchParams(query))).status, 422, query);
  }
});

test.run();
