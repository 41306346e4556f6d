/**
 * The operator's console in a browser, used as a person does: by what can be read there, and by the keyboard.
 *
 * @module
 */
import type { Test } from "uvu";
import * as assert from "uvu/assert";
import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
  Request,
  Route,
} from "playwright-core";
import { missingChromium, openPage } from "./browser.ts";
import type { WatchedPage } from "./browser.ts";
import { skip } from "./parts.ts";

/** Where the console is, and with which key somebody signs in. */
export interface ConsoleAt {
  browser: Browser;
  /** The API's URL. */
  url: string;
  key: string;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Null where nobody signs in; without it, the operator does. */
  key?: string | null;
  /** Called before anything is asked for. */
  prepare?: (page: Page) => Promise<unknown>;
}

/** Opens the console at an address, which is what stands behind the `#`. */
export type Open = (address?: string, options?: OpenOptions) => Promise<Page>;

/** Says of what the browser will complain, as it shall. */
export type Expects = (complaint: RegExp) => void;

/** Where the viewer of a test is: dates are written as there. */
const VIEWER = { locale: "en-GB", timezoneId: "Europe/Berlin" } as const;

/**
 * Makes what adds tests in the browser. Whatever a test does there, the browser has nothing to complain of, but for what
 * the API refused.
 */
export function consoleTests(test: Test, where: () => ConsoleAt) {
  return (name: string, run: (open: Open, expects: Expects) => Promise<void>): void => {
    const missing = missingChromium();
    if (missing !== null) {
      skip(test, name, "chromium", missing);
      return;
    }
    test(name, async () => {
      const opened: WatchedPage[] = [];
      // A browser says of each answer with an error that it could not load something.
      const expected = [/^Failed to load resource/];
      try {
        await run(
          async (address = "", { key, prepare, ...context } = {}) => {
            const at = where();
            const options = { ...VIEWER, ...context };
            const watched = await openPage(
              at.browser,
              `${at.url}/console${address}`,
              options,
              prepare,
            );
            opened.push(watched);
            if (key !== null) await signIn(watched.page, key ?? at.key);
            return watched.page;
          },
          (complaint) => expected.push(complaint),
        );
        const complaints = opened.flatMap((watched) => watched.complaints);
        assert.equal(
          complaints.filter((one) => !expected.some((known) => known.test(one))),
          [],
        );
      } finally {
        for (const { page } of opened) await page.context().close();
      }
    });
  };
}

/** Signs in by a key, and waits until the console has opened. */
export async function signIn(page: Page, key: string): Promise<void> {
  await giveKey(page, key);
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

export async function giveKey(page: Page, key: string): Promise<void> {
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** The page's heading, once it says this. */
export async function headingSays(page: Page, text: string): Promise<void> {
  await page.getByRole("heading", { level: 1, name: text, exact: true }).waitFor();
}

/** The button of an action on the page, outside of its dialog. */
export function buttonOf(page: Page, name: string): Locator {
  return page.getByRole("main").getByRole("button", { name, exact: true });
}

/** Presses a button, and gives the dialog that it opens. */
export async function openDialog(page: Page, name: string): Promise<Locator> {
  await buttonOf(page, name).click();
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  return dialog;
}

/** Has done what a dialog is about, waits until the API has accepted it, and gives what it said. */
export async function confirmDialog(dialog: Locator, name: string): Promise<string> {
  await dialog.getByRole("button", { name, exact: true }).click();
  const accepted = dialog.locator(".accepted");
  await accepted.waitFor();
  const said = await accepted.innerText();
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
  return said;
}

/** The subdomains in the list, from top to bottom. */
export function rowsOf(page: Page): Promise<string[]> {
  return page.getByRole("table").locator("[data-row]").allInnerTexts();
}

/** Waits until the list has these rows alone. */
export async function rowsAre(page: Page, expected: readonly string[]): Promise<void> {
  await page.waitForFunction((wanted) => {
    const rows = [...document.querySelectorAll("[data-row]")].map((row) => row.textContent);
    return JSON.stringify(rows) === wanted && document.querySelector(".older") === null;
  }, JSON.stringify(expected));
}

/** Presses Tab until an element with this name has the focus. */
export async function tabTo(
  page: Page,
  role: "button" | "link" | "textbox",
  name: string,
): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  for (let presses = 0; presses < 100; presses++) {
    const isFocused = await wanted
      .first()
      .evaluate((element) => element === document.activeElement)
      .catch(() => false);
    if (isFocused) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${role} ${name}`);
}

/** Holds the requests to some path, until they are let go on. */
export async function holdRequests(page: Page, pattern: string) {
  const waiting: Route[] = [];
  let isOpen = false;
  const asked = new Promise<Request>((resolve) => {
    void page.route(pattern, async (route) => {
      resolve(route.request());
      if (isOpen) await route.continue();
      else waiting.push(route);
    });
  });
  return {
    /** The first of them, when it is there. */
    asked,
    async release(): Promise<void> {
      isOpen = true;
      for (const route of waiting) await route.continue();
    },
  };
}
