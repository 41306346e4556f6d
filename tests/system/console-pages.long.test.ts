/**
 * Every page of the console in Chromium: for whoever sees, hears or types, from 320 px on, in light and in dark (WCAG 2.2
 * AA by axe); and whatever people have written into what it shows. With `SCREENSHOTS=1` two of them are also photographed
 * for docs/.
 */
import axe from "axe-core";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { writeConsole } from "../../scripts/build/console.ts";
import { repository } from "../../scripts/repository.ts";
import { API_KEY } from "../testkit/api-key.ts";
import { missingChromium, startBrowser } from "../testkit/browser.ts";
import { buttonOf, consoleTests, headingSays, tabTo } from "../testkit/console-page.ts";
import {
  ACME,
  BENCHES,
  HOSTILE,
  LOG,
  MARKUP,
  MESSAGE,
  NOW,
  operationAddress,
  REVERSED,
  TURNED,
  UNDER_WAY,
  writeConsoleRecords,
} from "../testkit/console-records.ts";
import { startOwnApi } from "../testkit/own-api.ts";
import type { OwnApi } from "../testkit/own-api.ts";
import { ROLLOUT_ID } from "../testkit/some-rollout.ts";
import { eventually } from "../testkit/timeouts.ts";

const test = suite("the console's pages");

let it: OwnApi;
let browser: Browser;
if (missingChromium() === null) {
  test.before(async () => {
    [it, browser] = await Promise.all([
      startOwnApi({ BENCHES, POOL_SIZE: "3", SITES_ADDRESSES: "192.0.2.1" }),
      startBrowser(),
      writeConsole(),
    ]);
    await writeConsoleRecords(it.client);
  });
  test.after(async () => {
    await browser.close();
    await it.stop();
  });
}

const testConsole = consoleTests(test, () => ({ browser, url: it.url, key: API_KEY }));

const WIDTHS = [320, 768, 1440];
const SCHEMES = ["light", "dark"] as const;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds at every width, in light and in dark; and where the page has to be moved sideways to be read. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const faults: string[] = [];
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      // The scheme changes colours alone.
      const only =
        colorScheme === "dark"
          ? { type: "rule", values: ["color-contrast"] }
          : { type: "tag", values: TAGS };
      const found = await page.evaluate(findFaults, only as axe.RunOnly);
      faults.push(...found.map((fault) => `${width} px, ${colorScheme}: ${fault}`));
    }
  }
  return faults;
}

/** Runs in the page. */
async function findFaults(runOnly: axe.RunOnly): Promise<string[]> {
  const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly });
  const faults = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`,
  );
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [...faults, `it is ${scrollWidth} px wide`] : faults;
}

/** Waits until a page has got all that it asked for. */
async function isComplete(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector(".loading, .activity.on") === null);
}

const PAGES: [what: string, address: string][] = [
  ["the fleet", "#/"],
  ["the list of tenants", "#/tenants"],
  ["a list that is empty", "#/tenants?q=nobody"],
  ["a list that is refused", "#/tenants?q=no_name"],
  ["a tenant that has everything", `#/tenants/${ACME.id}`],
  ["an operation with its log", operationAddress(ACME)],
  ["a tenant that is being made", operationAddress(UNDER_WAY)],
  ["a tenant of somebody who means harm", operationAddress(HOSTILE)],
  ["a tenant that is not there", "#/tenants/00000000-0000-4000-8000-000000000000"],
  ["the rollouts", "#/rollouts"],
  ["a rollout that is not there", "#/rollouts/00000000-0000-4000-8000-000000000000"],
  ["a rollout", `#/rollouts/${ROLLOUT_ID}`],
  ["the benches", "#/benches"],
  ["the pool", "#/pool"],
  ["the garbage collection", "#/garbage-collection"],
  ["no page", "#/nowhere"],
];
for (const [what, address] of PAGES) {
  testConsole(`${what}: axe finds nothing, and nothing stands out of 320 px`, async (open) => {
    const page = await open(address);
    await isComplete(page);
    assert.is(await page.getByRole("heading", { level: 1 }).count(), 1);
    assert.equal(await faultsOf(page), []);
  });
}

testConsole("the sign-in, also after a key was refused: axe finds nothing", async (open) => {
  const page = await open("", { key: null });
  await page.getByLabel("API key").fill("a-wrong-key");
  await page.getByLabel("API key").press("Enter");
  await page.getByRole("alert").waitFor();
  assert.equal(await faultsOf(page), []);
});

for (const name of ["Delete", "Change", "Login link"]) {
  testConsole(
    `the dialog ${name}: axe finds nothing; it takes the focus, keeps it, and gives it back`,
    async (open) => {
      const page = await open(`#/tenants/${ACME.id}`);
      await isComplete(page);
      await buttonOf(page, name).focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: `${name}: acme` });
      await dialog.getByText("The same as a command").click();
      assert.equal(await faultsOf(page), []);
      const isInside = () => dialog.evaluate((element) => element.contains(document.activeElement));
      assert.ok(await isInside());
      const stops = await dialog.locator("input, button, summary, select, pre").count();
      for (let presses = 0; presses < stops; presses++) {
        await page.keyboard.press("Tab");
        // After the last stop a browser's own controls have their turn.
        const isOnPage = await page.evaluate(() => document.activeElement !== document.body);
        assert.ok(!isOnPage || (await isInside()), `after ${presses + 1} times Tab`);
      }
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      assert.ok(await buttonOf(page, name).evaluate((button) => button === document.activeElement));
    },
  );
}

testConsole("whoever types sees where they are, and can skip to the page", async (open) => {
  const page = await open(`#/tenants/${ACME.id}`);
  await isComplete(page);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await tabTo(page, "link", "Skip to the page");
  const skip = page.getByRole("link", { name: "Skip to the page" });
  const box = await skip.boundingBox();
  assert.ok(box !== null && box.x >= 0, "it is seen while it has the focus");
  for (let presses = 0; presses < 15; presses++) {
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(
        document.activeElement ?? document.body,
      );
      return `${document.activeElement?.tagName} ${outlineStyle} ${Number.parseFloat(outlineWidth) >= 2}`;
    });
    assert.match(outline, / solid true$/);
    await page.keyboard.press("Tab");
  }
  await skip.focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.getByRole("main").evaluate((main) => main === document.activeElement));
  assert.match(page.url(), ACME.id);
});

testConsole(
  "markup that somebody wrote is text, and a message of 1 MB is cut until it is asked for",
  async (open) => {
    const page = await open(operationAddress(HOSTILE));
    await isComplete(page);
    await page.getByText(MARKUP, { exact: true }).first().waitFor();
    const state = page.getByRole("region", { name: "State" });
    assert.ok((await state.innerText()).length < 5_000);
    await state.getByRole("button", { name: "Show all of it (977 KiB)" }).click();
    await page.waitForFunction(
      (length) => (document.querySelector("section .message")?.textContent ?? "").length === length,
      MESSAGE.length,
    );
    await page.getByText("As the API gives it").click();
    await page.evaluate(() => {
      location.hash = "#/tenants";
    });
    await page
      .getByRole("row", { name: /hostile/ })
      .getByText(MARKUP)
      .waitFor();
    await page.evaluate((markup) => {
      location.hash = `#/tenants?q=${encodeURIComponent(markup)}`;
    }, MARKUP);
    await page.getByRole("alert").waitFor();
    const harm = await page.evaluate(() => [
      "hacked" in window,
      document.querySelectorAll("img, main script").length,
    ]);
    assert.equal(harm, [false, 0]);
  },
);

testConsole(
  "a log's terminal codes are gone, and what would be no text is seen as what it is",
  async (open) => {
    const page = await open(operationAddress(HOSTILE));
    const log = page.getByRole("region", { name: "End of the log" });
    await log.waitFor();
    const shown = (await log.textContent()) ?? "";
    assert.ok(LOG.includes("\u001b[31m"));
    assert.is(
      shown,
      `red  ${MARKUP}\n\u2400 <U+202E>elgoog <U+2066>moc.live<U+2069> مرحبا the end`,
    );
  },
);

testConsole("a name that turns the direction of writing turns nothing beside it", async (open) => {
  const page = await open(`#/tenants/${REVERSED.id}`);
  await headingSays(page, "reversed active");
  const name = await page
    .getByRole("main")
    .getByText(TURNED, { exact: true })
    .first()
    .boundingBox();
  const link = await page.getByRole("link", { name: "reversed.kairos.app" }).boundingBox();
  assert.ok(
    name !== null && link !== null && name.x + name.width <= link.x,
    JSON.stringify([name, link]),
  );
  await page.getByText("As the API gives it").click();
  const record = page.getByRole("region", { name: "Record as JSON" });
  assert.not.match(await record.innerText(), /\p{Bidi_Control}/u);
});

testConsole(
  "what a dialog says would be done is never what another tenant's said",
  async (open) => {
    const page = await open(`#/tenants/${ACME.id}`);
    const held: (() => Promise<void>)[] = [];
    await page.route(/\/upgrade\?validate_only=true/, async (route) => {
      const isFirst = route.request().url().includes(ACME.id);
      const problem = isFirst ? "acme is too large" : "reversed is too old";
      const outlook = {
        from: "v16-32",
        to: "v16-33",
        apps: [],
        problems: [problem],
        is_backed_up: true,
        is_undo_lost: false,
      };
      const answer = () => route.fulfill({ json: outlook });
      if (isFirst) await answer();
      else held.push(answer);
    });
    const openUpgrade = async () => {
      await page.getByRole("button", { name: "Upgrade" }).click();
      await page.getByLabel("To the bench").selectOption("v16-33");
    };
    await openUpgrade();
    await page.getByText("It would fail: acme is too large").waitFor();
    await page.keyboard.press("Escape");

    await page.goto(`${it.url}/console#/tenants/${REVERSED.id}`);
    await headingSays(page, "reversed active");
    await openUpgrade();
    await page.getByText("Asking what it would do").waitFor();
    assert.is(await page.getByText("acme is too large").count(), 0);
    await eventually("the question is asked", () => Promise.resolve(held[0] ?? null));
    await held[0]?.();
    await page.getByText("It would fail: reversed is too old").waitFor();
  },
);

// They come last: what nobody means to show is taken away for them.
if (process.env["SCREENSHOTS"] === "1") {
  for (const [name, address] of [
    ["console-fleet", "#/"],
    ["console-tenant", operationAddress(ACME)],
  ] as const) {
    testConsole(`a picture of ${name}`, async (open) => {
      for (const { id } of [HOSTILE, REVERSED]) await it.client.doc(`tenants/${id}`).delete();
      const viewport = { width: 1280, height: 1000 };
      const page = await open(address, { viewport, prepare: settle });
      await isComplete(page);
      await page.screenshot({ path: join(repository, "docs/screenshots", `${name}.png`) });
    });
  }
}

/** When it is on the pictures: else each would be another one. */
const SHOWN_NOW = new Date("2026-12-01T10:00:00Z");

/** Sets the page's clock, and with it each time that the API tells. */
async function settle(page: Page): Promise<void> {
  const shift = SHOWN_NOW.getTime() - NOW.getTime();
  await page.clock.setFixedTime(SHOWN_NOW);
  await page.route(/\/(fleet|pool|tenants)/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text()).replaceAll(
      /"(\d{4}-\d\d-\d\dT[\d:.]+Z)"/g,
      (_, time: string) => `"${new Date(Date.parse(time) + shift).toISOString()}"`,
    );
    await route.fulfill({ response, body: text });
  });
}

test.run();
