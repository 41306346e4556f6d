/**
 * The console's list of tenants in Chromium, over records that the test writes: found by name, address and id, filtered,
 * ordered, paged, shared, saved as CSV, and gone through by the keyboard alone.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeConsole } from "../../scripts/build/console.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { API_KEY } from "../testkit/api-key.ts";
import { missingChromium, startBrowser } from "../testkit/browser.ts";
import {
  consoleTests,
  headingSays,
  holdRequests,
  rowsAre,
  rowsOf,
  signIn,
} from "../testkit/console-page.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { siteAt } from "../testkit/some-site.ts";
import { tenantNamed } from "../testkit/stored-tenants.ts";
import { withParts } from "../testkit/tenant-parts.ts";

const test = suite("the console's list of tenants");

const BENCHES = [
  { name: "v16-32", image: "frappe/erpnext:v16.32.3", current: true },
  { name: "v16-33", image: "frappe/erpnext:v16.33.0" },
];

/** How many there are, and how many a page shows. */
const [COUNT, PAGE] = [120, 50];

const HOUR = 3_600_000;

/** Names that a spreadsheet would calculate, or take apart. */
const FORMULAS = ['=HYPERLINK("https://evil.example","x")', "+1", "-2", "@SUM(A1)", 'a "b", c'];

/** The n-th tenant: each is a day older than the one before. */
const nameOf = (index: number) => `shop-${String(index).padStart(3, "0")}`;
const tenants = Array.from({ length: COUNT }, (_, index) => tenantAt(index));

function tenantAt(index: number): Tenant {
  const name = nameOf(index);
  const bench = index % 20 === 0 ? "v16-33" : "v16-32";
  const phase = index % 10 === 3 ? "failed" : index % 10 === 4 ? "suspended" : "active";
  const organization = FORMULAS[index] ?? `Shop ${index}`;
  return withParts(tenantNamed(name, new Date(Date.now() - (index * 24 + 12) * HOUR)), {
    profile: { organization },
    spec: { bench, state: phase === "suspended" ? "suspended" : "present" },
    status: { phase, site: siteAt(name, { bench }), observed_generation: 1 },
  });
}

const named = (...indexes: number[]) => indexes.map(nameOf);
/** The indexes from one to before another. */
const from = (first: number, end: number) =>
  named(...Array.from({ length: end - first }, (_, i) => first + i));

let it: OwnApi;
let browser: Browser;
if (missingChromium() === null) {
  test.before(async () => {
    [it, browser] = await Promise.all([
      startOwnApi({ BENCHES: JSON.stringify(BENCHES) }),
      startBrowser(),
      writeConsole(),
    ]);
    const writer = it.client.bulkWriter();
    for (const tenant of tenants)
      void writer.set(it.client.doc(`tenants/${tenant.id}`), { ...tenant });
    await writer.close();
  });
  test.after(async () => {
    await browser.close();
    await it.stop();
  });
}

const testConsole = consoleTests(test, () => ({ browser, url: it.url, key: API_KEY }));

const search = (page: Page) => page.getByRole("searchbox", { name: "Search" });
const countSays = (page: Page, words: string) =>
  page.getByRole("status").getByText(words, { exact: true }).waitFor();

testConsole("finds tenants by the beginning of their names, as it is typed", async (open) => {
  const page = await open("#/tenants");
  await rowsAre(page, from(0, PAGE));
  await search(page).pressSequentially("SHOP-01");
  await rowsAre(page, from(10, 20));
  await countSays(page, "10 tenants");
  assert.match(page.url(), /#\/tenants\?q=shop-01$/);
  await search(page).press("Escape");
  await rowsAre(page, from(0, PAGE));
});

testConsole("finds a tenant by its e-mail address, and one by its id", async (open) => {
  const page = await open("#/tenants");
  await search(page).fill("office@shop-042.example");
  await rowsAre(page, named(42));
  await countSays(page, "1 tenant");
  await search(page).fill(`  ${tenants[7]?.id.toUpperCase()} `);
  await search(page).press("Enter");
  await headingSays(page, "shop-007 active");
});

testConsole("filters by state, bench and age, orders, and takes each of it back", async (open) => {
  const page = await open("#/tenants");
  await page.getByLabel("State").selectOption("failed");
  await rowsAre(page, named(3, 13, 23, 33, 43, 53, 63, 73, 83, 93, 103, 113));
  await page.getByLabel("Made within").selectOption("30 days");
  await rowsAre(page, named(3, 13, 23));
  await page.getByLabel("Order").selectOption("oldest first");
  await rowsAre(page, named(23, 13, 3));
  await page.getByLabel("State").selectOption("any but deleted");
  await page.getByLabel("Bench").selectOption("v16-33");
  await rowsAre(page, named(20, 0));
  await page.getByLabel("Made within").selectOption("any time");
  await rowsAre(page, named(100, 80, 60, 40, 20, 0));

  await page.goBack();
  await rowsAre(page, named(20, 0));
  assert.is(await page.getByLabel("Made within").inputValue(), "30");
});

testConsole(
  "goes through the pages forth and back, and each tenant is on one of them",
  async (open) => {
    const page = await open("#/tenants");
    const press = (name: string) => page.getByRole("button", { name }).click();
    await rowsAre(page, from(0, 50));
    assert.ok(await page.getByRole("button", { name: "First page" }).isDisabled());
    await press("Next page");
    await rowsAre(page, from(50, 100));
    await press("Next page");
    await rowsAre(page, from(100, 120));
    assert.ok(await page.getByRole("button", { name: "Next page" }).isDisabled());
    await press("Previous page");
    await rowsAre(page, from(50, 100));
    await press("Previous page");
    await rowsAre(page, from(0, 50));
    await page.goBack();
    await rowsAre(page, from(50, 100));
    await page.goForward();
    await rowsAre(page, from(0, 50));
    await press("Next page");
    await press("First page");
    await rowsAre(page, from(0, 50));
  },
);

testConsole("whoever is given a link sees the same after the sign-in", async (open) => {
  const first = await open("#/tenants?status=suspended&order_by=created_at");
  await countSays(first, "12 tenants");
  const seen = await rowsOf(first);
  assert.equal(seen[0], "shop-114");
  const second = await open(new URL(first.url()).hash, { key: null });
  await second.getByRole("heading", { name: "Kairos console" }).waitFor();
  await signIn(second, API_KEY);
  await rowsAre(second, seen);
  assert.is(await second.getByLabel("State").inputValue(), "suspended");
  assert.is(await second.getByLabel("Order").inputValue(), "created_at");
});

testConsole(
  "a link to a tenant leads to it after the sign-in, and the way back to the list as it was",
  async (open) => {
    const page = await open("#/tenants?q=shop-11");
    await rowsAre(page, from(110, 120));
    await page.getByRole("link", { name: "shop-115" }).click();
    await headingSays(page, "shop-115 active");
    await page.goBack();
    await rowsAre(page, from(110, 120));
    assert.is(await search(page).inputValue(), "shop-11");
  },
);

testConsole("saves what is filtered as CSV, in which nothing is a formula", async (open) => {
  const page = await open("#/tenants?order_by=subdomain");
  await countSays(page, `${COUNT} tenants`);
  const lines = await savedLines(page);
  const [head = [], ...rows] = lines;
  assert.equal(head.slice(0, 5), ["id", "subdomain", "organization", "email", "status"]);
  assert.equal(
    rows.map(([id, subdomain]) => [id, subdomain]),
    tenants.map(({ id, spec }) => [id, spec.subdomain]),
  );
  const organizations = rows.map(([, , organization]) => organization);
  assert.equal(organizations.slice(0, 5), [
    `'=HYPERLINK("https://evil.example","x")`,
    "'+1",
    "'-2",
    "'@SUM(A1)",
    'a "b", c',
  ]);

  await page.getByLabel("State").selectOption("failed");
  await countSays(page, "12 tenants");
  assert.is((await savedLines(page)).length, 13);
});

/** Presses the button, and reads what is saved as a program for tables does. */
async function savedLines(page: Page): Promise<string[][]> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^CSV of these / }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^tenants-\d{4}-\d\d-\d\d\.csv$/);
  return parseCsv(readFileSync(await download.path(), "utf8"));
}

/** As RFC 4180 says. */
function parseCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "\r\n") lines.push([]);
  }
  assert.equal(lines.pop(), [], "the last line has its end");
  return lines;
}

testConsole(
  "is gone through by the keyboard: search, rows, a tenant, and the keys themselves",
  async (open) => {
    const page = await open("#/tenants");
    await rowsAre(page, from(0, PAGE));
    const press = (key: string) => page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await press("?");
    const dialog = page.getByRole("dialog", { name: "Keys" });
    await dialog.waitFor();
    await press("Escape");
    await dialog.waitFor({ state: "detached" });
    await page.locator("#main:focus").waitFor();

    await press("/");
    await page.locator("[data-search]:focus").waitFor();
    await press("?");
    assert.is(await search(page).inputValue(), "?", "whoever types is not helped");
    await press("Escape");
    assert.is(await search(page).inputValue(), "");
    await rowsAre(page, from(0, PAGE));
    await press("/");
    await press("ArrowDown");
    assert.is(await focused(), "shop-000");
    await press("ArrowDown");
    await press("ArrowDown");
    await press("ArrowUp");
    assert.is(await focused(), "shop-001");
    await press("Enter");
    await headingSays(page, "shop-001 active");
  },
);

testConsole(
  "says while it reads, when there is nothing, and what is wrong with a link",
  async (open) => {
    let held: Awaited<ReturnType<typeof holdRequests>> | undefined;
    const page = await open("#/tenants?q=nobody", {
      prepare: async (fresh) => {
        held = await holdRequests(fresh, "**/tenants?*");
      },
    });
    await page.getByText("Reading the tenants…").waitFor();
    await held?.release();
    await page.getByText("No tenant passes these filters.").waitFor();
    await page.getByRole("link", { name: "Show all tenants" }).click();
    await rowsAre(page, from(0, PAGE));

    await page.evaluate(() => {
      location.hash = "#/tenants?q=no_name";
    });
    await page
      .getByRole("alert")
      .getByText(/q must be|1 to 63 letters/)
      .waitFor();
    await page.evaluate(() => {
      location.hash = "#/nowhere";
    });
    await headingSays(page, "There is no such page");
  },
);

testConsole("says that there are no tenants yet", async (open) => {
  await it.empty();
  const page = await open("#/tenants");
  await page.getByText("There are no tenants yet.").waitFor();
  assert.ok(await page.getByRole("button", { name: "New tenant" }).isVisible());
});

test.run();
