/**
 * What an operator has done from the console, in Chromium on the whole stack: it is done, and nothing is shown as done
 * before the API says so.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import type { Browser, Locator } from "playwright-core";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { missingChromium, startBrowser } from "../testkit/browser.ts";
import {
  buttonOf,
  confirmDialog,
  consoleTests,
  headingSays,
  holdRequests,
  openDialog,
  rowsAre,
  tabTo,
} from "../testkit/console-page.ts";
import { eventually, startTestStack } from "../testkit/stack-fixture.ts";
import type { TestStack } from "../testkit/stack-fixture.ts";

const test = suite("the console's operator");

const [OPERATOR, VIEWER] = ["the-key-of-operators", "the-key-of-viewers"];

let it: TestStack;
let browser: Browser;
/** A tenant that works, and one whose site cannot be made. */
let acme: string;
let broken: string;
if (missingChromium() === null) {
  test.before(async () => {
    [it, browser] = await Promise.all([
      startTestStack({
        API_KEYS: `ops:${OPERATOR},eyes:${VIEWER}`,
        VIEWERS: "key:eyes",
        LOCAL_BENCH_FAULTS: "broken:install-app",
      }),
      startBrowser(),
    ]);
    [acme, broken] = await Promise.all([create("acme"), create("broken")]);
    await it.until(acme, "active");
  });
  test.after(async () => {
    await browser.close();
    await it.stop();
  });
}

async function create(subdomain: string): Promise<string> {
  const body = { organization: "Acme & Söhne", subdomain, email: `office@${subdomain}.example` };
  return String((await it.call("POST", "/tenants", { body })).body["id"]);
}

/** Brings a tenant into a state that it may be in already. */
async function have(id: string, status: "active" | "suspended"): Promise<void> {
  const command = status === "active" ? "resume" : "suspend";
  await it.call("POST", `/tenants/${id}/${command}`);
  await it.until(id, status);
}

const phaseOf = async (id: string) =>
  (await it.firestore.doc(`tenants/${id}`).get()).get("status.phase") as unknown;

const testConsole = consoleTests(test, () => ({ browser, url: it.stack.urls.api, key: OPERATOR }));

testConsole(
  "makes a tenant, and sees it become active without loading anything anew",
  async (open) => {
    const page = await open("#/tenants");
    const dialog = await openDialog(page, "New tenant");
    const submit = dialog.getByRole("button", { name: "New tenant" });
    await dialog.getByLabel("Organization").fill("Globex");
    assert.ok(await submit.isDisabled(), "the e-mail address is missing");
    await dialog.getByLabel("E-mail of the customer").fill("office@globex.example");
    await dialog.getByLabel("Subdomain").fill("acme");
    await submit.click();
    await dialog.getByRole("alert").getByText(/taken/).waitFor();
    await dialog.getByLabel("Subdomain").fill("globex");
    await submit.click();
    await dialog.getByText("The tenant is queued").waitFor();
    await dialog.getByRole("link", { name: "Watch globex" }).click();

    await headingSays(page, "globex active");
    const site = page.getByRole("link", { name: "globex.kairos.app" });
    assert.is(await site.getAttribute("href"), "https://globex.kairos.app");
    const newest = page.getByRole("region", { name: "Operations" }).getByRole("listitem").first();
    await newest.filter({ hasText: /succeeded\s*create/ }).waitFor();
    await newest.getByRole("link", { name: "Steps and log" }).click();
    for (const step of ["new-site", "install-app", "verify"]) {
      await newest.getByRole("cell", { name: step, exact: true }).waitFor();
    }
    assert.is(await page.evaluate(() => performance.getEntriesByType("navigation").length), 1);
  },
);

testConsole(
  "is shown a suspension when it is verified, and not when it was asked for",
  async (open) => {
    await have(acme, "active");
    const page = await open(`#/tenants/${acme}`);
    const held = await holdRequests(page, "**/suspend");
    const dialog = await openDialog(page, "Suspend");
    await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
    await held.asked;
    const asking = dialog.getByRole("button", { name: "Asking…" });
    assert.ok(await asking.isDisabled(), "it is not asked for twice");
    assert.is(await dialog.locator(".accepted").count(), 0);
    await headingSays(page, "acme active");

    await held.release();
    await dialog.locator(".accepted").waitFor();
    await dialog.getByRole("button", { name: "Close" }).click();
    await headingSays(page, "acme suspended");
    assert.is(await phaseOf(acme), "suspended");
  },
);

testConsole("has the same done by the command that a dialog shows", async (open) => {
  await have(acme, "suspended");
  const page = await open(`#/tenants/${acme}`);
  const dialog = await openDialog(page, "Resume");
  await run(await commandOf(dialog), OPERATOR);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await turnBackFor(page.getByRole("heading", { level: 1, name: "acme active", exact: true }));

  const change = await openDialog(page, "Change");
  const name = "O'Brien & Söhne, Ltd.";
  await change.getByLabel("Organization").fill(name);
  const command = await commandOf(change);
  assert.not.match(command, OPERATOR);
  await run(command, OPERATOR);
  assert.is((await it.call("GET", `/tenants/${acme}`)).body["organization"], name);
  await change.press("Escape");
  await turnBackFor(page.getByText(name, { exact: true }));
});

/** Turns from the shell to the page again, which then asks what has changed, until something is seen there. */
async function turnBackFor(seen: Locator): Promise<void> {
  await eventually("it is seen", async () => {
    await seen.page().evaluate(() => dispatchEvent(new Event("visibilitychange")));
    return (await seen.isVisible()) ? true : null;
  });
}

/** The command that a dialog shows, once it is that of what was filled in. */
async function commandOf(dialog: Locator): Promise<string> {
  const details = dialog.getByText("The same as a command");
  const region = dialog.getByRole("region", { name: "Command" });
  if (!(await region.isVisible())) await details.click();
  return region.innerText();
}

/** Runs a command as somebody does who has pasted it into a shell. */
async function run(command: string, key: string): Promise<void> {
  const env = { PATH: process.env["PATH"], KAIROS_API_KEY: key };
  const { stdout } = await promisify(execFile)("sh", ["-c", command], { env });
  assert.is.not((JSON.parse(stdout) as { success?: boolean }).success, false, stdout);
}

testConsole("suspends a tenant by the keyboard alone", async (open) => {
  await have(acme, "active");
  const page = await open("#/pool");
  await headingSays(page, "Pool");
  const press = (key: string) => page.keyboard.press(key);
  await press("/");
  await page.locator("[data-search]:focus").waitFor();
  await page.keyboard.type("acm");
  await rowsAre(page, ["acme"]);
  await press("ArrowDown");
  await page.locator("[data-row]:focus").waitFor();
  await press("Enter");
  await headingSays(page, "acme active");
  await tabTo(page, "button", "Suspend");
  await press("Enter");
  const dialog = page.getByRole("dialog", { name: "Suspend: acme" });
  await dialog.waitFor();
  await tabTo(page, "button", "Cancel");
  await press("Shift+Tab");
  await press("Enter");
  await dialog.locator(".accepted").waitFor();
  await tabTo(page, "button", "Close");
  await press("Enter");
  await headingSays(page, "acme suspended");
});

testConsole(
  "renames a tenant; what the API finds wrong with the name stands beside it",
  async (open) => {
    const id = await create("initech");
    await it.until(id, "active");
    const page = await open(`#/tenants/${id}`);
    const dialog = await openDialog(page, "Rename");
    const field = dialog.getByLabel("New subdomain");
    await field.fill("-no-");
    await dialog.getByRole("button", { name: "Rename", exact: true }).click();
    await dialog.locator("[aria-invalid=true]").waitFor();
    assert.match(await descriptionOf(field), /subdomain must/);
    await field.fill("initrode");
    await confirmDialog(dialog, "Rename");
    await headingSays(page, "initrode active");
    await page.getByRole("link", { name: "initrode.kairos.app" }).waitFor();

    const link = await openDialog(page, "Login link");
    await link.getByLabel("Reason").fill("Asked for by phone");
    await link.getByRole("button", { name: "Login link", exact: true }).click();
    const url = await link.getByRole("region", { name: "Login link" }).innerText();
    const { origin, searchParams } = new URL(url);
    assert.is(origin, "https://initrode.kairos.app");
    const record = await it.firestore.doc(`tenants/${id}`).get();
    const hash = createHash("sha256")
      .update(searchParams.get("key") ?? "")
      .digest("hex");
    assert.is(record.get("spec.login_link.key_hash"), hash);
    await link.getByRole("button", { name: "Close" }).click();
    assert.not.match(await page.content(), searchParams.get("key") ?? "none");
  },
);

/** What is read out beside a field. */
function descriptionOf(field: Locator): Promise<string> {
  return field.evaluate((element) =>
    (element.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent)
      .join(" "),
  );
}

testConsole(
  "reads why a tenant failed, what to do and its log, and has it retried",
  async (open) => {
    await it.until(broken, "failed");
    const page = await open(`#/tenants/${broken}`);
    await headingSays(page, "broken failed");
    const state = page.getByRole("region", { name: "State" });
    await state.getByText("bench install-app failed for broken").waitFor();
    assert.match(await state.innerText(), /at the step install-app[\s\S]*What to do: /);
    const operations = page.getByRole("region", { name: "Operations" }).getByRole("listitem");
    await operations.nth(2).waitFor();
    assert.is(await operations.filter({ hasText: /failed\s*create/ }).count(), 3);
    await operations.first().getByRole("link", { name: "Steps and log" }).click();
    const log = operations.first().getByRole("region", { name: "End of the log" });
    assert.match(await log.innerText(), /install-app/);
    await openDialog(page, "Retry").then((dialog) => confirmDialog(dialog, "Retry"));
    await operations.nth(3).waitFor();
    await eventually("it is tried again", async () => {
      const { body } = await it.call("GET", `/tenants/${broken}`);
      return body["generation"] === 2 ? body : null;
    });
  },
);

testConsole(
  "restores a backup after reading what would be lost, and takes that back",
  async (open) => {
    await have(acme, "active");
    const page = await open(`#/tenants/${acme}`);
    await openDialog(page, "Back up").then((dialog) => confirmDialog(dialog, "Back up"));
    const row = page.getByRole("region", { name: "Backups" }).getByRole("row", { name: "manual" });
    await row.getByText("succeeded").waitFor();

    await row.getByRole("button", { name: /^Restore acme/ }).click();
    const dialog = page.getByRole("dialog");
    const outlook = dialog.getByRole("list", { name: "What it would do" });
    await outlook.getByText("Lost is what was done in the last").waitFor();
    assert.match(await outlook.innerText(), /newest good backup[\s\S]*\d+ tables/);
    const confirm = dialog.getByRole("button", { name: "Restore", exact: true });
    assert.ok(await confirm.isDisabled());
    await dialog.getByLabel("To confirm, type acme").fill("acm");
    assert.ok(await confirm.isDisabled());
    await dialog.getByLabel("To confirm, type acme").fill("acme");
    await confirmDialog(dialog, "Restore");
    await page.getByText("Restore can be taken back until").waitFor();
    await buttonOf(page, "Take the restore back").waitFor();
    const undo = await openDialog(page, "Take the restore back");
    const takeBack = undo.getByRole("button", { name: "Take the restore back", exact: true });
    assert.ok(await takeBack.isDisabled(), "it can be taken back without typing the subdomain");
    await undo.getByLabel("To confirm, type acme").fill("acme");
    await confirmDialog(undo, "Take the restore back");
    const operations = page.getByRole("region", { name: "Operations" }).getByRole("listitem");
    await operations
      .first()
      .filter({ hasText: /succeeded\s*undo restore/ })
      .waitFor();
  },
);

testConsole("deletes a tenant after typing its subdomain, and not before", async (open) => {
  const id = await create("hooli");
  await it.until(id, "active");
  const page = await open(`#/tenants/${id}`);
  const dialog = await openDialog(page, "Delete");
  const confirm = dialog.getByRole("button", { name: "Delete", exact: true });
  for (const typed of ["", "Hooli", "hool", "hooli "]) {
    await dialog.getByLabel("To confirm, type hooli").fill(typed);
    assert.ok(await confirm.isDisabled(), typed);
    await dialog.press("Enter");
  }
  assert.is((await it.call("GET", `/tenants/${id}`)).body["desired"], "present");
  await dialog.getByLabel("To confirm, type hooli").fill("hooli");
  // Where a deletion takes no longer than here, the page would be gone before anybody has read what was said.
  const held = await holdRequests(page, `**/tenants/${id}?*`);
  assert.match(await confirmDialog(dialog, "Delete"), /deleted/);
  await held.release();
  await it.until(id, "gone");
  await page.getByText("There is no such tenant (any longer).").waitFor();
  assert.not.match(await page.getByRole("main").innerText(), /hooli/);
});

testConsole(
  "who may only read has no button that changes anything, and is refused",
  async (open) => {
    const page = await open(`#/tenants/${acme}`, { key: VIEWER });
    await page.getByText("key:eyes, may only read").waitFor();
    await page.getByRole("region", { name: "Backups" }).getByRole("heading").waitFor();
    const names = await page.getByRole("main").getByRole("button").allInnerTexts();
    assert.equal(
      [...new Set(names)].filter((name) => name !== "Files"),
      [],
    );
    const answer = await it.call("POST", `/tenants/${acme}/suspend`, {
      headers: { "X-API-Key": VIEWER },
    });
    assert.is(answer.status, 403);
    assert.match(String(answer.body["error"]), /may only read/);
  },
);

testConsole(
  "is told that the API cannot be reached, and sees at once when it can be again",
  async (open) => {
    await have(acme, "active");
    const page = await open(`#/tenants/${acme}`, { prepare: (fresh) => fresh.clock.install() });
    await headingSays(page, "acme active");
    await page.context().setOffline(true);
    const dialog = await openDialog(page, "Suspend");
    await dialog.getByRole("button", { name: "Suspend", exact: true }).click();
    await dialog.getByRole("alert").getByText("The API does not answer").waitFor();
    await dialog.press("Escape");
    const notice = page.getByText(/^The API has not answered since/);
    await notice.waitFor();
    await headingSays(page, "acme active");

    await it.call("POST", `/tenants/${acme}/suspend`);
    await it.until(acme, "suspended");
    // From here on the page's clock stands nearly still: it is not asked again because some time has gone by.
    await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
    await page.context().setOffline(false);
    const heading = page.getByRole("heading", { level: 1, name: "acme suspended", exact: true });
    await eventually("the page has asked again", async () => {
      await page.clock.runFor(1);
      return (await heading.isVisible()) && (await notice.isHidden()) ? true : null;
    });
  },
);

test.run();
