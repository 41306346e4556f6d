import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Caller } from "./authenticate.ts";
import { requirePermission } from "./permissions.ts";
import { Problem } from "../http/problem.ts";
import type { EndpointSpec } from "../http/endpoint.ts";

const test = suite("what a caller may ask for");

const KEY: Caller = { id: "1", name: "key:web", role: "operator", isByCookie: false };
const VIEWER: Caller = { ...KEY, role: "viewer" };
const IAP: Caller = { ...KEY, isByCookie: true };
const READ = { method: "GET" } as const;
const CHANGE = { method: "POST" } as const;
const LINK = { method: "GET", isForOperators: true } as const;

const cases: [
  sentence: string,
  caller: Caller,
  endpoint: Pick<EndpointSpec, "method" | "isForOperators">,
  headers: Record<string, string>,
  refusal: RegExp | null,
][] = [
  ["an operator reads", KEY, READ, {}, null],
  ["an operator changes", KEY, CHANGE, {}, null],
  ["an operator reads what opens something", KEY, LINK, {}, null],
  [
    "an operator changes from another origin",
    KEY,
    CHANGE,
    { "sec-fetch-site": "cross-site" },
    null,
  ],
  ["a viewer reads", VIEWER, READ, {}, null],
  ["a viewer changes", VIEWER, CHANGE, {}, /^key:web may only read\.$/],
  ["a viewer corrects", VIEWER, { method: "PATCH" }, {}, /^key:web may only read\.$/],
  ["a viewer reads what opens something", VIEWER, LINK, {}, /^key:web may only read, and not what/],
  ["IAP reads from anywhere", IAP, READ, { "sec-fetch-site": "cross-site" }, null],
  ["IAP changes from our page", IAP, CHANGE, { "sec-fetch-site": "same-origin" }, null],
  [
    "IAP changes from our page, which names its origin",
    IAP,
    CHANGE,
    { "sec-fetch-site": "same-origin", origin: "https://api.example.com" },
    null,
  ],
  ["IAP changes without a browser", IAP, CHANGE, {}, null],
  ["IAP changes from another site", IAP, CHANGE, { "sec-fetch-site": "cross-site" }, /own origin/],
  ["IAP changes from a sister", IAP, CHANGE, { "sec-fetch-site": "same-site" }, /own origin/],
  ["IAP changes from no page", IAP, CHANGE, { "sec-fetch-site": "none" }, /own origin/],
  [
    "IAP deletes from elsewhere",
    IAP,
    { method: "DELETE" },
    { "sec-fetch-site": "x" },
    /own origin/,
  ],
  [
    "IAP changes from an old browser",
    IAP,
    CHANGE,
    { origin: "https://evil.example" },
    /own origin/,
  ],
  ["IAP changes from a hidden origin", IAP, CHANGE, { origin: "null" }, /own origin/],
  ["IAP says it twice", IAP, CHANGE, { "sec-fetch-site": "same-origin, cross-site" }, /own origin/],
  ["IAP says nothing of it", IAP, CHANGE, { "sec-fetch-site": "" }, /own origin/],
];
for (const [sentence, caller, endpoint, headers, refusal] of cases) {
  test(`${sentence}: ${refusal === null ? "that is allowed" : "403"}`, () => {
    const ask = () => requirePermission(caller, endpoint, headers);
    if (refusal === null) return ask();
    assert.throws(
      ask,
      (error: unknown) =>
        error instanceof Problem && error.status === 403 && refusal.test(error.message),
    );
  });
}

test.run();
