/** What callers of each role may ask for, over all endpoints that there are. No handler is reached that must not be. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseApiSettings } from "../../shared/configuration/settings.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { createLimits } from "./auth/rate-limits.ts";
import { answer } from "./dispatch.ts";
import type { Api } from "./dispatch.ts";
import { ENDPOINT_IDS, ENDPOINTS } from "./endpoints.ts";
import type { Endpoint, Method } from "./http/endpoint.ts";
import { Problem } from "./http/problem.ts";

const test = suite("what each role may ask for");

const ID = "00000000-0000-4000-8000-000000000001";
const OPERATOR = "operators-key";
const VIEWER = "viewers-key";
const IAP = { "x-goog-iap-jwt-assertion": "a.b.c" };

const settings = parseApiSettings({
  GOOGLE_CLOUD_PROJECT: "my-project",
  API_KEYS: `ops:${OPERATOR},eyes:${VIEWER}`,
  ALLOWED_CALLERS: "ann@example.com",
  VIEWERS: "key:eyes,bob@example.com",
  IAP_AUDIENCE: "/projects/1/global/backendServices/2",
});

/** Whose session with Identity-Aware Proxy a browser sends along. */
let signedIn = "ann@example.com";
/** What handlers have asked of the store, the bus and the bucket. */
let asked = 0;

/** Whatever is asked of it is noted, and fails. */
const unreachable = new Proxy(
  {},
  {
    get: () => () => {
      asked += 1;
      return Promise.reject(new Problem(503, "A handler was reached."));
    },
  },
);

const api = {
  settings,
  store: unreachable,
  bus: unreachable,
  bucket: unreachable,
  estimates: { of: () => null },
  limits: createLimits(0),
  authenticate: createAuthenticator(settings, {
    byIdToken: () => Promise.resolve(null),
    byAssertion: () =>
      Promise.resolve({ subject: signedIn, email: signedIn, isVerified: signedIn !== "" }),
  }),
} as unknown as Api;

/** Asks as a caller would who knows every path, and has no body to send. */
async function ask(
  method: string,
  { path }: Pick<Endpoint, "path">,
  headers: Record<string, string>,
): Promise<{ status: number; detail: string }> {
  const { status, body } = await answer(
    {
      id: "request-1",
      method,
      path: path.replaceAll(/\{\w+\}/g, ID),
      query: new URLSearchParams(),
      headers,
      peer: "127.0.0.1",
      body: undefined,
      bodyLength: 0,
    },
    api,
  );
  return { status, detail: String((body as { detail?: unknown } | undefined)?.detail) };
}

const endpoints = ENDPOINT_IDS.map((id): [string, Endpoint] => [id, ENDPOINTS[id]]);
const changing = endpoints.filter(([, { method }]) => method !== "GET");
const reading = endpoints.filter(([, { method, isPublic }]) => method === "GET" && !isPublic);

test("every method is of one kind or the other", () => {
  const methods: Method[] = ["DELETE", "PATCH", "POST", "PUT"];
  assert.equal([...new Set(changing.map(([, { method }]) => method))].toSorted(), methods);
  const open = endpoints.filter(([, { isPublic }]) => isPublic).map(([id]) => id);
  assert.equal(open, ["readService", "readHealth"]);
});

for (const [id, endpoint] of changing) {
  test(`${id} is refused to viewers, before anything is looked at`, async () => {
    asked = 0;
    const refusal = { status: 403, detail: "key:eyes may only read." };
    assert.equal(await ask(endpoint.method, endpoint, { "x-api-key": VIEWER }), refusal);
    signedIn = "bob@example.com";
    const own = { ...IAP, "sec-fetch-site": "same-origin" };
    const google = { status: 403, detail: "google:bob@example.com may only read." };
    assert.equal(await ask(endpoint.method, endpoint, own), google);
    assert.is(asked, 0);
  });

  test(`${id} is refused to another site's page, and not to our own`, async () => {
    asked = 0;
    signedIn = "ann@example.com";
    const elsewhere = { ...IAP, "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    const refused = await ask(endpoint.method, endpoint, elsewhere);
    assert.is(refused.status, 403);
    assert.match(refused.detail, /own origin/);
    assert.is(asked, 0);
    const own = { ...IAP, "sec-fetch-site": "same-origin", origin: "https://api.example.com" };
    assert.is.not((await ask(endpoint.method, endpoint, own)).status, 403);
  });

  test(`${id} is not refused to operators`, async () => {
    const { status } = await ask(endpoint.method, endpoint, { "x-api-key": OPERATOR });
    assert.not.ok([401, 403].includes(status), `it was answered ${status}`);
  });
}

for (const [id, endpoint] of reading) {
  const { isForOperators = false } = endpoint;
  test(`${id} is ${isForOperators ? "refused" : "open"} to viewers`, async () => {
    for (const method of ["GET", "HEAD"]) {
      const { status, detail } = await ask(method, endpoint, { "x-api-key": VIEWER });
      assert.is(status === 403, isForOperators, `it was answered ${status}`);
      if (isForOperators) assert.match(detail, /^key:eyes may only read, and not what opens/);
    }
    const { status } = await ask("GET", endpoint, { "x-api-key": OPERATOR });
    assert.is.not(status, 403);
  });
}

test("what viewers may read has no link that opens something by itself", () => {
  const links = reading.filter(([, { answers }]) =>
    /"(url|login_link)":/.test(JSON.stringify(answers)),
  );
  assert.equal(
    links.map(([id, { isForOperators }]) => [id, isForOperators]),
    [["readExport", true]],
  );
});

test("callers are told who they are, and what they may do", async () => {
  const whoIs = async (headers: Record<string, string>) => {
    const request = { id: "1", method: "GET", path: "/caller", query: new URLSearchParams() };
    const rest = { headers, peer: undefined, body: undefined, bodyLength: 0 };
    const { status, body } = await answer({ ...request, ...rest }, api);
    return [status, body];
  };
  assert.equal(await whoIs({ "x-api-key": OPERATOR }), [
    200,
    { name: "key:ops", role: "operator" },
  ]);
  assert.equal(await whoIs({ "x-api-key": VIEWER }), [200, { name: "key:eyes", role: "viewer" }]);
  signedIn = "Bob@example.com";
  assert.equal(await whoIs(IAP), [200, { name: "google:bob@example.com", role: "viewer" }]);
  signedIn = "eve@example.com";
  assert.is((await whoIs(IAP))[0], 403);
  assert.is((await whoIs({}))[0], 401);
});

test.run();
