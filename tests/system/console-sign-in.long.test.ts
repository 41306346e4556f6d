/**
 * Who gets into the console, and how: by a key, by a Google account, by the proxy in front. What a key opens stays shut for
 * everybody else, and the key itself is nowhere to be found.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page, Request } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeConsole } from "../../scripts/build/console.ts";
import { API_KEY } from "../testkit/api-key.ts";
import { missingChromium, startBrowser } from "../testkit/browser.ts";
import {
  confirmDialog,
  consoleTests,
  giveKey,
  headingSays,
  openDialog,
  signIn,
} from "../testkit/console-page.ts";
import { GOOGLE_KEYS, pushClaims, signIdToken } from "../testkit/google-id-tokens.ts";
import { IAP_AUDIENCE, IAP_KEYS, iapClaims, signAssertion } from "../testkit/iap-assertions.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { startPrefixProxy } from "../testkit/prefix-proxy.ts";
import { ACTIVE, tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("the console's sign-in");

const CLIENT_ID = "1234567890-abc.apps.googleusercontent.com";
const [ANN, BOB, EVE] = ["ann@example.com", "bob@example.com", "eve@example.com"];
const GOOGLE = "https://accounts.google.com/gsi/client";

/** Loads, before the API itself, what stands in for Google's public keys. */
const KEYS = new URL("../fixtures/google-keys.mjs", import.meta.url).href;

let it: OwnApi;
/** The API behind a path prefix, as a Cloud Function is. */
let proxy: Awaited<ReturnType<typeof startPrefixProxy>>;
/** A page of another site, on the same machine: a browser lets no page from elsewhere ask what is on this one. */
let evil: Awaited<ReturnType<typeof startEvil>>;
let browser: Browser;
const acme = withParts(tenantNamed("acme"), ACTIVE);
if (missingChromium() === null) {
  test.before(async () => {
    [it, browser] = await Promise.all([
      startOwnApi({
        NODE_OPTIONS: `--import=${KEYS}`,
        ALLOWED_CALLERS: ANN,
        VIEWERS: BOB,
        GOOGLE_CLIENT_ID: CLIENT_ID,
        IAP_AUDIENCE,
        GOOGLE_KEYS: JSON.stringify(GOOGLE_KEYS),
        IAP_KEYS: JSON.stringify(IAP_KEYS),
      }),
      startBrowser(),
      writeConsole(),
    ]);
    proxy = await startPrefixProxy(it.url, "/api");
    evil = await startEvil();
    await it.client.doc(`tenants/${acme.id}`).set({ ...acme });
  });
  test.after(async () => {
    await browser.close();
    await evil.stop();
    await proxy.stop();
    await it.stop();
  });
}

const addTest = consoleTests(test, () => ({ browser, url: proxy.url, key: API_KEY }));

/** Adds a test of the page with Google's button, whose script is the only thing from elsewhere. */
function testConsole(name: string, run: Parameters<typeof addTest>[1]): void {
  addTest(name, (open, expects) => {
    expects(/^asked for https:\/\/accounts\.google\.com\/gsi\/client$/);
    return run(open, expects);
  });
}

const ADDRESS = `#/tenants/${acme.id}`;
const SECRETS = ["acme", acme.profile.email, acme.profile.organization];

/** Stands in for Google's script: its button gives a token. */
async function serveGoogle(page: Page, token: string): Promise<void> {
  await page.route(GOOGLE, (route) =>
    route.fulfill({
      contentType: "text/javascript",
      body: `let given;
        window.google = { accounts: { id: {
          initialize(options) { given = options; },
          renderButton(parent) {
            const button = document.createElement("button");
            button.textContent = "Sign in with Google, for " + given.client_id;
            button.onclick = () => given.callback({ credential: ${JSON.stringify(token)} });
            parent.append(button);
          },
        } } };`,
    }),
  );
}

/** Where nobody is let in by Google, its script is not there. */
const withoutGoogle = (page: Page) => page.route(GOOGLE, (route) => route.abort());

/** Collects all that a page asks for. */
function requestsOf(page: Page): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => requests.push(request));
  return requests;
}

testConsole(
  "a wrong key is refused in the API's words, and the right one opens the page that was asked for",
  async (open) => {
    const page = await open(ADDRESS, { key: null, prepare: (fresh) => serveGoogle(fresh, "-") });
    await giveKey(page, "a-wrong-key");
    await page.getByRole("alert").getByText("X-API-Key is not a valid key.").waitFor();
    assert.not.match(await page.getByRole("main").innerText(), "a-wrong-key");
    await signIn(page, API_KEY);
    await headingSays(page, "acme active");
    await page.getByText("key:testbed").waitFor();
  },
);

testConsole(
  "a link without a key shows nothing of a tenant, and asks for the page alone",
  async (open) => {
    let requests: Request[] = [];
    const page = await open(ADDRESS, {
      key: null,
      prepare: async (fresh) => {
        requests = requestsOf(fresh);
        await serveGoogle(fresh, "-");
      },
    });
    await page.getByRole("button", { name: /Sign in with Google/ }).waitFor();
    await page.getByRole("alert").waitFor({ state: "hidden" });
    const asked = requests.map((request) => new URL(request.url()).pathname);
    assert.equal(
      asked
        .filter((path) => !/^\/api\/console(\/(console|style)-\w+\.(js|css))?$/.test(path))
        .toSorted(),
      // The proxy in front may have let somebody in already, and Google's button is shown.
      ["/api/caller", "/gsi/client"],
    );
    for (const secret of SECRETS) assert.not((await page.content()).includes(secret), secret);
  },
);

testConsole("the key is in the header of requests to the API, and nowhere else", async (open) => {
  let requests: Request[] = [];
  const said: string[] = [];
  const cookies: string[] = [];
  const page = await open(ADDRESS, {
    prepare: async (fresh) => {
      await serveGoogle(fresh, "-");
      requests = requestsOf(fresh);
      fresh.on("console", (message) => said.push(message.text()));
      fresh.on("response", (response) => {
        void response
          .headerValue("set-cookie")
          .then((value) => value !== null && cookies.push(value));
      });
    },
  });
  await headingSays(page, "acme active");
  const dialog = await openDialog(page, "Change");
  await dialog.getByText("The same as a command").click();
  await dialog.getByRole("region", { name: "Command" }).waitFor();
  await dialog.press("Escape");
  await page.getByRole("link", { name: "Tenants", exact: true }).first().click();
  await page.getByRole("link", { name: "acme" }).waitFor();

  const kept = await page.evaluate(async () => ({
    address: location.href,
    history: JSON.stringify(history.state),
    local: JSON.stringify({ ...localStorage }),
    session: JSON.stringify({ ...sessionStorage }),
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
    window: Object.keys(globalThis)
      .filter((name) => /key|credential|session/i.test(name))
      .join(),
    document: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll("input")].map(({ value }) => value).join(),
  }));
  assert.equal(
    [kept.local, kept.session, kept.databases, kept.caches, kept.cookie],
    ["{}", "{}", 0, 0, ""],
  );
  assert.not((JSON.stringify(kept) + said.join()).includes(API_KEY));
  assert.equal(await page.context().cookies(), []);
  assert.equal(cookies, []);

  let withKey = 0;
  for (const request of requests) {
    const { "x-api-key": key, ...headers } = await request.allHeaders();
    const rest = JSON.stringify([request.url(), request.postData(), headers]);
    assert.not(rest.includes(API_KEY), request.url());
    if (key === undefined) continue;
    withKey += 1;
    assert.ok(request.url().startsWith(`${proxy.url}/`), request.url());
  }
  assert.ok(withKey >= 5, `${withKey}`);
});

testConsole(
  "signing out leaves nothing of a tenant in the page, and asks for nothing more",
  async (open) => {
    const page = await open(ADDRESS, { prepare: (fresh) => serveGoogle(fresh, "-") });
    await headingSays(page, "acme active");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    for (const secret of SECRETS) assert.not((await page.content()).includes(secret), secret);
    const requests = requestsOf(page);
    await page.goBack().catch(() => null);
    await page.evaluate(() => dispatchEvent(new Event("focus")));
    assert.equal(
      requests.filter((request) => request.url().includes("/tenants")),
      [],
    );
  },
);

testConsole("whoever the API does not know any longer is signed out, and told so", async (open) => {
  const page = await open(ADDRESS, { prepare: (fresh) => serveGoogle(fresh, "-") });
  await headingSays(page, "acme active");
  await page.route("**/tenants**", (route) =>
    route.continue({ headers: { ...route.request().headers(), "x-api-key": "taken-back" } }),
  );
  await page.getByRole("link", { name: "Tenants", exact: true }).first().click();
  await page.getByText(/^You have been signed out/).waitFor();
  for (const secret of SECRETS) assert.not((await page.content()).includes(secret), secret);
});

testConsole("a Google account signs in by Google's button, with what it may do", async (open) => {
  const token = signIdToken(pushClaims(CLIENT_ID, BOB));
  let requests: Request[] = [];
  const page = await open(ADDRESS, {
    key: null,
    prepare: async (fresh) => {
      requests = requestsOf(fresh);
      await serveGoogle(fresh, token);
    },
  });
  await page.getByRole("button", { name: `Sign in with Google, for ${CLIENT_ID}` }).click();
  await headingSays(page, "acme active");
  await page.getByText(`google:${BOB}, may only read`).waitFor();
  assert.is(await page.getByRole("button", { name: "Suspend" }).count(), 0);
  const asked = requests.find((request) => request.url().endsWith("/caller"));
  const last = requests.findLast((request) => request.url().includes(acme.id));
  assert.ok(asked);
  assert.is((await last?.allHeaders())?.["authorization"], `Bearer ${token}`);
  const rest = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  assert.not(rest.includes(token));
});

testConsole("a Google account that nobody knows is told so, and stays outside", async (open) => {
  const token = signIdToken(pushClaims(CLIENT_ID, EVE));
  const page = await open(ADDRESS, { key: null, prepare: (fresh) => serveGoogle(fresh, token) });
  await page.getByRole("button", { name: /Sign in with Google/ }).click();
  await page.getByRole("alert").getByText("This account may not call the API.").waitFor();
  assert.is(await page.getByRole("navigation", { name: "Pages" }).count(), 0);
});

testConsole(
  "where Google's script does not come, the page says so, and a key still opens it",
  async (open) => {
    const page = await open(ADDRESS, { key: null, prepare: withoutGoogle });
    await page.getByRole("alert").getByText("Google's sign-in could not be loaded.").waitFor();
    await signIn(page, API_KEY);
    await headingSays(page, "acme active");
  },
);

testConsole(
  "whom the proxy in front has let in is in at once, and may change what the account may",
  async (open) => {
    const page = await open(ADDRESS, {
      key: null,
      ...proxied(ANN),
      prepare: (fresh) => serveGoogle(fresh, "-"),
    });
    await headingSays(page, "acme active");
    await page.getByText(`google:${ANN}`).waitFor();
    const said = await openDialog(page, "Suspend").then((dialog) =>
      confirmDialog(dialog, "Suspend"),
    );
    assert.match(said, /suspend/i);
    assert.is(await desiredState(), "suspended");
  },
);

const proxied = (email: string) => ({
  extraHTTPHeaders: { "X-Goog-IAP-JWT-Assertion": signAssertion(iapClaims(email)) },
});

const desiredState = async () =>
  (await it.client.doc(`tenants/${acme.id}`).get()).get("spec.state") as unknown;

async function startEvil() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end("<title>Free prizes</title>");
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

for (const [whose, context, status] of [
  ["the proxy's session", proxied(ANN), 403],
  ["no key", {}, 401],
] as const) {
  addTest(`a page of another origin changes nothing with ${whose}`, async () => {
    await it.client.doc(`tenants/${acme.id}`).set({ ...acme });
    const page = await browser.newPage(context);
    await page.goto(evil.url);
    const [response] = await Promise.all([
      page.waitForResponse((one) => one.url().includes(acme.id)),
      // Such a request is sent without a preflight.
      page.evaluate(
        (url) =>
          fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }).then(() => 0),
        `${proxy.url}/tenants/${acme.id}/suspend`,
      ),
    ]);
    await page.close();
    assert.is(response.status(), status);
    assert.is(await desiredState(), "present");
  });
}

testConsole("no script but the console's own and Google's is run", async (open, expects) => {
  expects(/^Executing inline script violates the following Content Security Policy/);
  const page = await open("", { key: null, prepare: (fresh) => serveGoogle(fresh, "-") });
  const isRefused = await page.evaluate(async () => {
    const refused = new Promise<string>((resolve) => {
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
        resolve(effectiveDirective),
      );
    });
    const script = document.createElement("script");
    script.text = "window.hasRun = true";
    document.head.append(script);
    return [await refused, "hasRun" in window];
  });
  assert.equal(isRefused, ["script-src-elem", false]);
});

test.run();
