/**
 * The pages that show the API, in a real browser: they work, with nothing from elsewhere. With
 * `SCREENSHOTS=1` they are also photographed for docs/.
 */
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { repository } from "../../scripts/repository.ts";
import { missingChromium, openPage, startBrowser } from "../testkit/browser.ts";
import type { WatchedPage } from "../testkit/browser.ts";
import { skip } from "../testkit/parts.ts";
import { startPrefixProxy } from "../testkit/prefix-proxy.ts";
import { startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("the pages that show the API, in Chromium");

const missing = missingChromium();

let it: TestStack;
/** The API behind a path prefix, as a Cloud Function is. */
let api: Awaited<ReturnType<typeof startPrefixProxy>>;
let browser: Browser;
if (missing === null) {
  test.before(async () => {
    [it, browser] = await Promise.all([startTestStack(), startBrowser()]);
    api = await startPrefixProxy(it.stack.urls.api, "/api");
  });
  test.after(async () => {
    await browser.close();
    await api.stop();
    await it.stop();
  });
}

/** Adds a test of the page at a path: whatever it does there, the browser has nothing to complain of. */
function testPage(path: string, what: string, run: (page: Page) => Promise<void>): void {
  const name = `${path} ${what}`;
  if (missing !== null) {
    skip(test, name, "chromium", missing);
    return;
  }
  test(name, async () => {
    const { page, complaints }: WatchedPage = await openPage(browser, `${api.url}${path}`);
    await run(page);
    assert.equal(complaints, []);
    await page.close();
  });
}

for (const path of ["/docs", "/docs/"]) {
  testPage(path, "shows the title and every operation", async (page) => {
    const { title, operations } = await readDocument();
    await page.getByRole("heading", { name: title }).waitFor();
    assert.equal(
      await textsOf(page.locator(".opblock-summary-description"), operations),
      operations,
    );
    await photograph(page, "docs.png", path);
  });
}

testPage("/docs", "lists the tenants at 'Try it out', once the key is there", async (page) => {
  const { subdomain } = await createTenant();
  await page.getByRole("button", { name: "Authorize" }).click();
  const dialog = page.locator(".modal-ux");
  const byKey = dialog.locator(".auth-container", { hasText: "X-API-Key" });
  await byKey.getByRole("textbox").fill(it.stack.apiKey);
  await byKey.getByRole("button", { name: "Apply credentials" }).click();
  await byKey.getByRole("button", { name: "Close" }).click();

  const operation = page.locator(".opblock-get", {
    has: page.locator('.opblock-summary-path[data-path="/tenants"]'),
  });
  await operation.locator(".opblock-summary-control").click();
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();

  const response = operation.locator(".live-responses-table .response");
  assert.match(await response.locator(".response-col_status").innerText(), "200");
  assert.match(await response.locator(".response-col_description").innerText(), subdomain);
});

for (const path of ["/redoc", "/redoc/"]) {
  testPage(path, "shows the title and every operation, and finds one", async (page) => {
    const { title, operations } = await readDocument();
    await page.getByRole("heading", { name: title }).waitFor();
    const headings = page.locator('[data-section-id*="/operation/"] h2');
    assert.equal(await textsOf(headings, operations), operations);
    await photograph(page, "redoc.png", path);
    await page.getByRole("textbox").fill("tenant");
    await page.getByRole("search").getByRole("menuitem").first().waitFor();
  });
}

/** The texts of elements, sorted, once there are as many as are expected. */
async function textsOf(elements: Locator, expected: string[]): Promise<string[]> {
  await elements.nth(expected.length - 1).waitFor();
  return (await elements.allInnerTexts()).toSorted();
}

/** The document that the pages are made from: its title and the names of its operations. */
async function readDocument(): Promise<{ title: string; operations: string[] }> {
  const response = await fetch(`${api.url}/openapi.json`);
  const { info, paths } = (await response.json()) as {
    info: { title: string };
    paths: Record<string, Record<string, { summary: string }>>;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  return { title: info.title, operations: operations.map(({ summary }) => summary).toSorted() };
}

async function createTenant(): Promise<{ subdomain: string }> {
  const subdomain = "shown-in-docs";
  const body = { organization: "Acme & Söhne", subdomain, email: "office@acme.example" };
  assert.is((await it.call("POST", "/tenants", { body })).status, 201);
  return { subdomain };
}

/** One picture of each page is enough. */
async function photograph(page: Page, name: string, path: string): Promise<void> {
  if (process.env["SCREENSHOTS"] !== "1" || path.endsWith("/")) return;
  await page.screenshot({ path: join(repository, "docs/screenshots", name) });
}

test.run();
