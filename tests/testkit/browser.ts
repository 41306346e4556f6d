/**
 * A real browser for a test: this machine's Chromium, without a window.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TIMEOUT_MILLISECONDS } from "./timeouts.ts";

const executablePath = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((directory) => join(directory, "chromium"))
  .find((file) => existsSync(file));

/** Null when this machine has Chromium, or else what is missing. */
export function missingChromium(): string | null {
  return executablePath === undefined ? "there is no chromium on the PATH" : null;
}

export function startBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("there is no chromium on the PATH");
  // Chromium's sandbox refuses root.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}

export interface WatchedPage {
  page: Page;
  /** What the browser complained of, and what the page asked for elsewhere, as it comes. */
  complaints: string[];
}

/** Opens a page and watches it from its first request on. What is to be prepared for it is done before that. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  // What a page shows may wait for the whole system.
  page.setDefaultTimeout(TIMEOUT_MILLISECONDS);
  const complaints: string[] = [];
  const { origin } = new URL(url);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) complaints.push(`asked for ${request.url()}`);
  });
  await prepare(page);
  await page.goto(url);
  return { page, complaints };
}
