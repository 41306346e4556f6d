import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createAuthenticator } from "./authenticate.ts";
import type { Account, GoogleAccounts } from "./google-accounts.ts";
import { Problem } from "../http/problem.ts";

const test = suite("who calls");

const NOBODY = {
  apiKeys: [] as string[],
  apiKeyNames: [] as string[],
  allowedCallers: [] as string[],
  viewers: [] as string[],
  audience: null as string | null,
  googleClientId: null as string | null,
  iapAudience: null as string | null,
};
const KEYS = {
  ...NOBODY,
  apiKeys: ["old-key-1", "new-key-2"],
  apiKeyNames: ["frontend", "billing"],
};
const ACCOUNTS = { ...NOBODY, allowedCallers: ["frontend@example.com"] };
const CALLERS = { ...ACCOUNTS, audience: "https://api.example.com" };
const SIGN_IN = { ...ACCOUNTS, googleClientId: "1-a.apps.googleusercontent.com" };
const IAP = { ...ACCOUNTS, iapAudience: "/projects/1/global/backendServices/2" };
const ACCOUNT = { subject: "1234", email: "Frontend@example.com", isVerified: true };

const unasked = () => Promise.reject(new Error("it is not to be looked at"));
const noAccounts: GoogleAccounts = { byIdToken: unasked, byAssertion: unasked };
const token = (account: Account | null): GoogleAccounts => ({
  ...noAccounts,
  byIdToken: () => Promise.resolve(account),
});
const assertion = (account: Account | null): GoogleAccounts => ({
  ...noAccounts,
  byAssertion: () => Promise.resolve(account),
});
const bearer = { authorization: "Bearer a.b.c" };
const throughIap = { "x-goog-iap-jwt-assertion": "a.b.c" };

async function refusal(attempt: Promise<unknown>): Promise<Problem> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it was let in");
}

test("each key opens, and is a caller of its own", async () => {
  const authenticate = createAuthenticator(KEYS, noAccounts);
  const old = await authenticate({ "x-api-key": "old-key-1" });
  const fresh = await authenticate({ "x-api-key": "new-key-2" });
  assert.is.not(old.id, fresh.id);
  assert.not.match(old.id, "old-key-1");
});

for (const settings of [CALLERS, SIGN_IN]) {
  test("the account of a valid token opens, in whatever case it is written", async () => {
    const authenticate = createAuthenticator(settings, token(ACCOUNT));
    assert.is((await authenticate(bearer)).id, "google:1234");
  });
}

test("the account that Identity-Aware Proxy has let through opens, and is the same caller", async () => {
  const authenticate = createAuthenticator(IAP, assertion(ACCOUNT));
  const { isByCookie, ...caller } = await authenticate(throughIap);
  const byToken = await createAuthenticator(CALLERS, token(ACCOUNT))(bearer);
  assert.equal({ ...caller, isByCookie: false }, byToken);
  assert.is(isByCookie, true);
});

test("whoever comes through Identity-Aware Proxy with a key or a token is known by that alone", async () => {
  const withKey = createAuthenticator({ ...KEYS, ...IAP, apiKeys: KEYS.apiKeys }, noAccounts);
  const named = { ...KEYS, iapAudience: IAP.iapAudience };
  const byKey = await createAuthenticator(
    named,
    noAccounts,
  )({
    ...throughIap,
    "x-api-key": "old-key-1",
  });
  assert.equal([byKey.name, byKey.isByCookie], ["key:frontend", false]);
  assert.is((await refusal(withKey({ ...throughIap, "x-api-key": "none" }))).status, 401);
  const both = { ...IAP, audience: CALLERS.audience };
  const refused = await refusal(
    createAuthenticator(both, token(null))({ ...throughIap, ...bearer }),
  );
  assert.is(refused.message, "The ID token is not valid.");
});

test("a caller has a name for the history: the key's own, or the account's address", async () => {
  const byKey = createAuthenticator(KEYS, noAccounts);
  assert.is((await byKey({ "x-api-key": "old-key-1" })).name, "key:frontend");
  assert.is((await byKey({ "x-api-key": "new-key-2" })).name, "key:billing");
  const byToken = createAuthenticator(CALLERS, token(ACCOUNT));
  assert.is((await byToken(bearer)).name, "google:frontend@example.com");
});

test("the old and the new key of one name are one name, and two callers", async () => {
  const authenticate = createAuthenticator({ ...KEYS, apiKeyNames: ["web", "web"] }, noAccounts);
  const old = await authenticate({ "x-api-key": "old-key-1" });
  const fresh = await authenticate({ "x-api-key": "new-key-2" });
  assert.equal([old.name, fresh.name], ["key:web", "key:web"]);
  assert.is.not(old.id, fresh.id);
});

const roles: [
  sentence: string,
  settings: typeof NOBODY,
  accounts: GoogleAccounts,
  headers: Record<string, string>,
  role: string,
][] = [
  ["a key", KEYS, noAccounts, { "x-api-key": "old-key-1" }, "operator"],
  [
    "a key in VIEWERS",
    { ...KEYS, viewers: ["key:frontend"] },
    noAccounts,
    { "x-api-key": "old-key-1" },
    "viewer",
  ],
  [
    "a key beside one in VIEWERS",
    { ...KEYS, viewers: ["key:frontend"] },
    noAccounts,
    { "x-api-key": "new-key-2" },
    "operator",
  ],
  ["an account", CALLERS, token(ACCOUNT), bearer, "operator"],
  [
    "an account in VIEWERS alone",
    { ...CALLERS, allowedCallers: [], viewers: ["frontend@example.com"] },
    token(ACCOUNT),
    bearer,
    "viewer",
  ],
  [
    "an account in both",
    { ...CALLERS, viewers: ["frontend@example.com"] },
    token(ACCOUNT),
    bearer,
    "viewer",
  ],
  [
    "an account in both, through Identity-Aware Proxy",
    { ...IAP, viewers: ["frontend@example.com"] },
    assertion(ACCOUNT),
    throughIap,
    "viewer",
  ],
];
for (const [sentence, settings, accounts, headers, role] of roles) {
  test(`${sentence} is ${role}`, async () => {
    assert.is((await createAuthenticator(settings, accounts)(headers)).role, role);
  });
}

const refused: [
  sentence: string,
  headers: Record<string, string>,
  settings: typeof NOBODY,
  account: Account | null,
  status: number,
  why: RegExp,
][] = [
  ["nothing", {}, KEYS, null, 401, /^X-API-Key is missing\.$/],
  ["nothing, where tokens count", {}, CALLERS, null, 401, /^Authorization is missing\.$/],
  [
    "nothing, where both do",
    {},
    { ...KEYS, audience: CALLERS.audience },
    null,
    401,
    /^X-API-Key or Authorization is missing\.$/,
  ],
  ["nothing, past the proxy", {}, IAP, null, 401, /^X-Goog-IAP-JWT-Assertion is missing\.$/],
  ["another key", { "x-api-key": "old-key-" }, KEYS, null, 401, /not a valid key/],
  ["an empty key", { "x-api-key": "" }, KEYS, null, 401, /not a valid key/],
  ["a key where none is set", { "x-api-key": "" }, CALLERS, ACCOUNT, 401, /not a valid key/],
  ["a token where nobody is allowed", bearer, KEYS, ACCOUNT, 401, /not accepted/],
  ["a token where the proxy alone tells accounts", bearer, IAP, ACCOUNT, 401, /not accepted/],
  ["a token that is not valid", bearer, CALLERS, null, 401, /not valid/],
  ["no token", { authorization: "Basic abc" }, CALLERS, ACCOUNT, 401, /not a Bearer token/],
  ["what is no token at all", { authorization: "Bearer abc" }, CALLERS, ACCOUNT, 401, /not a Bear/],
  ["an account without an e-mail", bearer, CALLERS, { ...ACCOUNT, email: "" }, 403, /may not call/],
  ["a stranger", bearer, CALLERS, { ...ACCOUNT, email: "x@example.com" }, 403, /may not call/],
  ["a claimed e-mail", bearer, CALLERS, { ...ACCOUNT, isVerified: false }, 403, /may not call/],
  [
    "a stranger whom the proxy let in",
    throughIap,
    IAP,
    { ...ACCOUNT, email: "x@y.z" },
    403,
    /may not/,
  ],
  [
    "a viewer's claimed e-mail",
    throughIap,
    { ...IAP, viewers: ["frontend@example.com"] },
    { ...ACCOUNT, isVerified: false },
    403,
    /may not call/,
  ],
  [
    "an assertion that is not valid",
    throughIap,
    IAP,
    null,
    401,
    /^X-Goog-IAP-JWT-A.* is not valid/,
  ],
  [
    "what is no assertion at all",
    { "x-goog-iap-jwt-assertion": "a.b" },
    IAP,
    ACCOUNT,
    401,
    /is not valid/,
  ],
  [
    "an assertion where there is no proxy",
    throughIap,
    CALLERS,
    ACCOUNT,
    401,
    /^Authorization is m/,
  ],
];
for (const [sentence, headers, settings, account, status, why] of refused) {
  test(`${sentence} does not open`, async () => {
    const accounts = {
      byIdToken: () => Promise.resolve(account),
      byAssertion: () => Promise.resolve(account),
    };
    const problem = await refusal(createAuthenticator(settings, accounts)(headers));
    assert.is(problem.status, status);
    assert.match(problem.message, why);
    const schemes = [
      ...(settings.apiKeys.length > 0 ? ["ApiKey"] : []),
      ...(settings.audience === null ? [] : ["Bearer"]),
      ...(settings.iapAudience === null ? [] : ["IAP"]),
    ];
    const challenge = status === 401 ? schemes.join(", ") : undefined;
    assert.is(problem.headers["WWW-Authenticate"], challenge);
  });
}

test.run();
