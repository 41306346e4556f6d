import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createAuthenticator } from "./authenticate.ts";
import type { Account } from "./id-token.ts";
import { Problem } from "../http/problem.ts";

const test = suite("who calls");

const KEYS = {
  apiKeys: ["old-key-1", "new-key-2"],
  apiKeyNames: ["frontend", "billing"],
  allowedCallers: [],
};
const CALLERS = { apiKeys: [], apiKeyNames: [], allowedCallers: ["frontend@example.com"] };
const ACCOUNT = { subject: "1234", email: "Frontend@example.com", isVerified: true };

const noTokens = () => Promise.reject(new Error("no token is to be looked at"));
const token = (account: Account | null) => () => Promise.resolve(account);
const bearer = { authorization: "Bearer a.b.c" };

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
  const authenticate = createAuthenticator(KEYS, noTokens);
  const old = await authenticate({ "x-api-key": "old-key-1" });
  const fresh = await authenticate({ "x-api-key": "new-key-2" });
  assert.is.not(old.id, fresh.id);
  assert.not.match(old.id, "old-key-1");
});

test("the account of a valid token opens, in whatever case it is written", async () => {
  const authenticate = createAuthenticator(CALLERS, token(ACCOUNT));
  assert.is((await authenticate(bearer)).id, "google:1234");
});

test("a caller has a name for the history: the key's own, or the account's address", async () => {
  const byKey = createAuthenticator(KEYS, noTokens);
  assert.is((await byKey({ "x-api-key": "old-key-1" })).name, "key:frontend");
  assert.is((await byKey({ "x-api-key": "new-key-2" })).name, "key:billing");
  const byToken = createAuthenticator(CALLERS, token(ACCOUNT));
  assert.is((await byToken(bearer)).name, "google:frontend@example.com");
});

test("the old and the new key of one name are one name, and two callers", async () => {
  const authenticate = createAuthenticator({ ...KEYS, apiKeyNames: ["web", "web"] }, noTokens);
  const old = await authenticate({ "x-api-key": "old-key-1" });
  const fresh = await authenticate({ "x-api-key": "new-key-2" });
  assert.equal([old.name, fresh.name], ["key:web", "key:web"]);
  assert.is.not(old.id, fresh.id);
});

const refused: [
  sentence: string,
  headers: Record<string, string>,
  settings: typeof KEYS | typeof CALLERS,
  account: Account | null,
  status: number,
  why: RegExp,
][] = [
  ["nothing", {}, KEYS, null, 401, /^X-API-Key is missing\.$/],
  ["nothing, where tokens count", {}, CALLERS, null, 401, /^Authorization is missing\.$/],
  ["another key", { "x-api-key": "old-key-" }, KEYS, null, 401, /not a valid key/],
  ["an empty key", { "x-api-key": "" }, KEYS, null, 401, /not a valid key/],
  ["a key where none is set", { "x-api-key": "" }, CALLERS, ACCOUNT, 401, /not a valid key/],
  ["a token where nobody is allowed", bearer, KEYS, ACCOUNT, 401, /not accepted/],
  ["a token that is not valid", bearer, CALLERS, null, 401, /not valid/],
  ["no token", { authorization: "Basic abc" }, CALLERS, ACCOUNT, 401, /not a Bearer token/],
  ["what is no token at all", { authorization: "Bearer abc" }, CALLERS, ACCOUNT, 401, /not a Bear/],
  ["an account without an e-mail", bearer, CALLERS, { ...ACCOUNT, email: "" }, 403, /may not call/],
  ["a stranger", bearer, CALLERS, { ...ACCOUNT, email: "x@example.com" }, 403, /may not call/],
  ["a claimed e-mail", bearer, CALLERS, { ...ACCOUNT, isVerified: false }, 403, /may not call/],
];
for (const [sentence, headers, settings, account, status, why] of refused) {
  test(`${sentence} does not open`, async () => {
    const problem = await refusal(createAuthenticator(settings, token(account))(headers));
    assert.is(problem.status, status);
    assert.match(problem.message, why);
    const challenge = settings === KEYS ? "ApiKey" : "Bearer";
    assert.is(problem.headers["WWW-Authenticate"], status === 401 ? challenge : undefined);
  });
}

test.run();
