/**
 * How long the console takes to show the list of tenants, once the API has answered: with few tenants and with very many,
 * for it shall not matter how many there are. What the emulator takes for its answer does not count.
 *
 * @module
 */
import { Firestore } from "@google-cloud/firestore";
import type { Browser, Page } from "playwright-core";
import { missingChromium, startBrowser } from "../../../tests/testkit/browser.ts";
import { storeManyTenants } from "../../../tests/testkit/many-tenants.ts";
import { startTestStack } from "../../../tests/testkit/stack-fixture.ts";
import type { TestStack } from "../../../tests/testkit/stack-fixture.ts";
import type { Measurement, Part } from "../measurement.ts";
import { measureInTurns, ratio, summarize } from "../statistics.ts";

const FEW = 100;
const MANY = 100_000;
const TURNS = 15;

/** The emulator goes through all documents for a query. */
const ANSWER_MILLISECONDS = 60_000;

/** After the API's answer (seconds). */
const PAINT_GOAL = 1;

export const consolePaint: Part = {
  name: "console",
  description: `The console's list of ${MANY.toLocaleString("en")} tenants, from the API's answer to its rows.`,
  async measure(say) {
    const missing = missingChromium();
    if (missing !== null) throw new Error(missing);
    const it = await startTestStack({ POOL_SIZE: "0", LOCAL_RESYNC_SECONDS: "3600" });
    const browser = await startBrowser();
    try {
      const few = await startWorld(it, "kairos-few", FEW);
      const many = await startWorld(it, "kairos-many", MANY);
      say(`${MANY} tenants are written`);
      return await measureBoth(browser, { few, many, key: it.stack.apiKey });
    } finally {
      await browser.close();
      await it.stop();
    }
  },
};

/** An API of its own whose database has so many tenants; its URL. */
async function startWorld(it: TestStack, projectId: string, count: number): Promise<string> {
  const client = new Firestore({ projectId, host: it.stack.firestoreHost, ssl: false });
  await storeManyTenants(client, { count, now: new Date() });
  await client.terminate();
  return it.startApi(projectId, { GOOGLE_CLOUD_PROJECT: projectId });
}

interface Worlds {
  few: string;
  many: string;
  key: string;
}

async function measureBoth(browser: Browser, { few, many, key }: Worlds): Promise<Measurement> {
  const paintAt = (url: string) => async () => {
    const page = await openList(browser, url, key);
    const seconds = await paintSeconds(page);
    await page.close();
    return seconds;
  };
  // The first queries of an emulator take longer than its later ones.
  await paintAt(many)();
  const times = await measureInTurns({ few: paintAt(few), many: paintAt(many) }, TURNS);
  const longTasks = await longTasksWhileScrolling(browser, many, key);
  const what = `the console's list of ${MANY.toLocaleString("en")} tenants`;
  const inSeconds = summarize(times.many);
  const compared = ratio(times.many, times.few);
  return {
    rows: [
      {
        what,
        measuredAs: "seconds from the API's answer to its rows",
        ...inSeconds,
        goal: PAINT_GOAL,
      },
      { what, measuredAs: `the same (${FEW} tenants = 1)`, ...compared, goal: null },
      {
        what: "scrolling it, and three pages on",
        measuredAs: "tasks of over 50 ms",
        value: longTasks,
        spread: null,
        samples: 1,
        goal: 0,
      },
    ],
    plots: [],
  };
}

/** A page of its own that shows the list, in a browser that knows nothing of it. */
async function openList(browser: Browser, url: string, key: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript(noteRows);
  await page.goto(`${url}/console#/tenants`);
  await page.getByLabel("API key").fill(key);
  await page.keyboard.press("Enter");
  await page.locator("[data-row]").first().waitFor({ timeout: ANSWER_MILLISECONDS });
  return page;
}

/** In the page: notes when the first rows were painted. */
function noteRows(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector("[data-row]") === null) return;
    observer.disconnect();
    // What a frame has drawn is seen when the next one begins.
    requestAnimationFrame(() => requestAnimationFrame(() => performance.mark("rows")));
  });
  observer.observe(document, { childList: true, subtree: true });
}

async function paintSeconds(page: Page): Promise<number> {
  await page.waitForFunction(() => performance.getEntriesByName("rows").length > 0);
  return page.evaluate(() => {
    const answers = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
    const answer = answers.findLast(({ name }) => /\/tenants\?/.test(name));
    const [rows] = performance.getEntriesByName("rows");
    return ((rows?.startTime ?? Number.NaN) - (answer?.responseEnd ?? Number.NaN)) / 1000;
  });
}

/** How many tasks of over 50 ms there are while somebody scrolls down and up, on this page of the list and three more. */
async function longTasksWhileScrolling(
  browser: Browser,
  url: string,
  key: string,
): Promise<number> {
  const page = await openList(browser, url, key);
  await page.evaluate(() => {
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) performance.mark("long", { startTime });
    }).observe({ type: "longtask" });
  });
  for (let turn = 0; turn < 4; turn++) {
    for (const pixels of [300, 300, 300, 300, -600, -600]) {
      await page.mouse.wheel(0, pixels);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    if (turn < 3) await nextPage(page);
  }
  return page.evaluate(() => performance.getEntriesByName("long").length);
}

async function nextPage(page: Page): Promise<void> {
  const first = page.locator("[data-row]").first();
  const shown = await first.textContent();
  await page.getByRole("button", { name: "Next page" }).click();
  await page.waitForFunction(
    (before) => document.querySelector("[data-row]")?.textContent !== before,
    shown,
    { timeout: ANSWER_MILLISECONDS },
  );
}
