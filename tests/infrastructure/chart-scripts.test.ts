/** The chart's scripts for the mail account and the bucket, run as their containers run them. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runScript, fakeCluster } from "./chart-script.ts";
import { makeDirectories, volumeAt } from "../../scripts/local/volume.ts";
import { eventually, temporaryDirectory } from "../testkit/stack-fixture.ts";

const test = suite("the chart's scripts");

const root = temporaryDirectory();
test.after(() => {
  rmSync(root, { recursive: true, force: true });
});

let directory = "";
test.before.each(() => {
  directory = mkdtempSync(join(root, "test-"));
});

const ACCOUNT = {
  mail_server: "smtp.example.com",
  mail_port: "587",
  mail_login: "kairos",
  mail_password: 'pass "word" \\ ü',
  auto_email_id: "sites@example.com",
};

/** As they come to stand in the bench's configuration: over TLS, or not at all. */
const WRITTEN = { ...ACCOUNT, mail_port: 587, use_tls: 1 };

function writeMail(settings: string | null, account: Record<string, string> = ACCOUNT) {
  const mail = join(directory, "mail");
  const file = join(directory, "common_site_config.json");
  mkdirSync(mail);
  writeFileSync(join(mail, "version"), "mail/versions/3");
  for (const [key, value] of Object.entries(account)) writeFileSync(join(mail, key), value);
  if (settings !== null) writeFileSync(file, settings, { mode: 0o640 });
  const run = (pause = "0.05", ...others: string[]) =>
    runScript("mail.py", { PAUSE_SECONDS: pause }, [mail, "mail/versions/3", file, ...others]);
  return { file, run, read: () => JSON.parse(readFileSync(file, "utf8")) as object };
}

test("the mail account is written, and every other setting stays", async () => {
  const others = { db_host: "mariadb", socketio_port: 9000, mail_port: 25, nested: { a: [1] } };
  const { file, run, read } = writeMail(JSON.stringify(others));
  const { status, output } = await run();
  assert.is(status, 0, output);
  assert.equal(read(), { ...others, ...WRITTEN });
  assert.is(statSync(file).mode & 0o777, 0o640);
  assert.equal(readdirSync(directory).toSorted(), ["common_site_config.json", "mail"]);
  assert.not.match(output, "word");
});

test("where there is no bench yet, the account is there before it", async () => {
  const { run, read } = writeMail(null);
  assert.is((await run()).status, 0);
  assert.equal(read(), WRITTEN);
});

test("of several benches each has the account", async () => {
  const { read, run } = writeMail(JSON.stringify({ db_host: "mariadb" }));
  const other = join(directory, "other_site_config.json");
  writeFileSync(other, JSON.stringify({ db_host: "other" }));
  const { status, output } = await run("0", other);
  assert.is(status, 0, output);
  assert.equal(read(), { db_host: "mariadb", ...WRITTEN });
  assert.equal(JSON.parse(readFileSync(other, "utf8")), { db_host: "other", ...WRITTEN });
});

test("what is already so is not written again", async () => {
  const { file, run } = writeMail(JSON.stringify(WRITTEN));
  const before = statSync(file).ino;
  assert.is((await run()).status, 0);
  assert.is(statSync(file).ino, before);
});

test("a bench's set-up that writes at the same time does not make the account vanish", async () => {
  const { file, run, read } = writeMail("{");
  const running = run("0.3");
  // It was half written; then it is whole, and made of what was there before the account.
  writeFileSync(file, "{}");
  await eventually("the account is written", async () =>
    Promise.resolve(readFileSync(file, "utf8").includes("mail_server") || null),
  );
  // Once it has been looked at and found there: the looks that follow are what is tested.
  await new Promise((resolve) => setTimeout(resolve, 450));
  writeFileSync(file, '{"db_host": "mariadb"}');
  assert.is((await running).status, 0);
  assert.equal(read(), { db_host: "mariadb", ...WRITTEN });
});

test("a configuration that stays broken is left as it is", async () => {
  const { file, run } = writeMail('{"db_host": ');
  const { status, output } = await run();
  assert.is(status, 1);
  assert.match(output, /is not JSON$/m);
  assert.is(readFileSync(file, "utf8"), '{"db_host": ');
});

test("the Secret of an earlier version is not written for the one that is to come", async () => {
  const { file, run } = writeMail("{}", { ...ACCOUNT, version: "mail/versions/2" });
  const { status, output } = await run();
  assert.is(status, 1);
  assert.match(output, "the Secret is not of mail/versions/3 yet");
  assert.is(readFileSync(file, "utf8"), "{}");
});

for (const [port, why] of [
  ["465", /mail_port cannot be 465: it wants TLS from the first byte on.* usually 587$/m],
  ["25", /mail_port cannot be 25: Google Cloud lets no mail out on it\. .* usually 587$/m],
  ["0", /mail_port must be a number from 1 to 65535$/m],
  ["smtp", /mail_port must be a number from 1 to 65535$/m],
] as const) {
  test(`the port ${port} is refused with a sentence, and nothing is written`, async () => {
    const { file, run } = writeMail("{}", { ...ACCOUNT, mail_port: port });
    const { status, output } = await run();
    assert.is(status, 1);
    assert.match(output, why);
    assert.not.match(output, "word");
    assert.is(readFileSync(file, "utf8"), "{}");
  });
}

test("a configuration that would send in clear is mended", async () => {
  const { run, read } = writeMail(JSON.stringify({ ...WRITTEN, use_tls: 0 }));
  assert.is((await run()).status, 0);
  assert.equal(read(), WRITTEN);
});

test("an account that lacks a setting changes nothing", async () => {
  const { mail_login: _, ...rest } = ACCOUNT;
  const { file, run } = writeMail("{}", rest);
  assert.is((await run()).status, 1);
  assert.is(readFileSync(file, "utf8"), "{}");
});

/** A gcloud that keeps what it was asked, and a bench and a dump to copy. */
function prepareUpload(gcloud = "") {
  const calls = join(directory, "calls");
  const PATH = fakeCluster(directory, "gcloud", `printf '%s\\n' "$*" >>${calls}\n${gcloud}`);
  const DUMP = join(directory, "dump");
  const VOLUME = join(directory, "volume");
  mkdirSync(DUMP);
  makeDirectories(volumeAt(VOLUME));
  writeFileSync(join(DUMP, "COMPLETE"), "");
  writeFileSync(join(VOLUME, "benches/main/sites/common_site_config.json"), "{}");
  return {
    DUMP,
    VOLUME,
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
    run: (script: string, more: Record<string, string> = {}) =>
      runScript(script, { PATH, DUMP, VOLUME, BUCKET: "my-backup", ...more }),
  };
}

test("a dump's end marker is the last that comes into the bucket", async () => {
  const { DUMP, VOLUME, calls, run } = prepareUpload();
  const { status, output } = await run("upload.sh");
  assert.is(status, 0, output);
  const when = /^the backup is (\d{4}-\d\d-\d\dT\d\d-\d\d)$/m.exec(output)?.[1] ?? "";
  const target = `gs://my-backup/databases/${when}`;
  const [sums, dump, volume, links, marker] = calls();
  assert.is(sums, `storage cp --quiet ${DUMP}/SHA256SUMS ${target}/`);
  assert.is(dump, `storage rsync --quiet --recursive --exclude=^(IN)?COMPLETE$ ${DUMP} ${target}`);
  assert.match(volume ?? "", "--delete-unmatched-destination-objects");
  assert.ok(volume?.endsWith(` ${VOLUME} gs://my-backup/volume`));
  assert.match(links ?? "", /^storage cp --quiet \S+\/LINKS gs:\/\/my-backup\/links\/$/);
  assert.is(marker, `storage cp --quiet ${DUMP}/COMPLETE ${target}/`);
  assert.is(calls().length, 5);
});

test("what is left out of the volume is what bench makes again, and what a bucket cannot hold", async () => {
  const { calls, run } = prepareUpload();
  await run("upload.sh");
  const excluded = /--exclude=(\S+) /.exec(calls()[2] ?? "")?.[1]?.split(",") ?? [];
  const isCopied = (path: string) => !excluded.some((pattern) => new RegExp(pattern).test(path));
  for (const path of [
    "benches/main/sites/common_site_config.json",
    "benches/main/sites/apps.txt",
    "benches/main/sites/tn01/site_config.json",
    "benches/main/sites/tn01/.provisioned",
    "benches/main/sites/tn01/private/files/logs/a.pdf",
    "benches/main/sites/tn01/public/files/assets/logo.png",
    "benches/main/sites/tn01/public/files/hosts/a",
    "tenants/tn01/owner",
    "tenants/11111111-2222-4333-8444-555555555555.gone",
  ]) {
    assert.ok(isCopied(path), path);
  }
  for (const path of [
    "hosts/acme.example.com",
    "hosts/acme.example.com/site_config.json",
    "tenants/tn01/current",
    "tenants/tn01/current/site_config.json",
    "tenants/tn01/current.new",
    "benches/main/sites/assets",
    "benches/main/sites/assets/frappe/dist/js/a.js",
    "benches/main/sites/archived_sites/tn02/site_config.json",
    "benches/main/sites/tn01/logs/frappe.log",
    "benches/main/sites/tn01/locks/bench_migrate.lock",
    "benches/main/sites/tn01/private/backups/20261124-database.sql.gz",
  ]) {
    assert.not.ok(isCopied(path), path);
  }
});

test("a half dump, or a bench that is not mounted, is not copied over the good one", async () => {
  const { DUMP, VOLUME, calls, run } = prepareUpload();
  rmSync(join(VOLUME, "benches/main/sites/common_site_config.json"));
  assert.match((await run("upload.sh")).output, /there is no bench/);
  rmSync(join(DUMP, "COMPLETE"));
  assert.match((await run("upload.sh")).output, /the dump has no end marker/);
  assert.equal(calls(), []);
});

test("a copy that fails leaves a backup without its end marker", async () => {
  const { calls, run } = prepareUpload('[[ $* != *"/volume" ]]');
  assert.is.not((await run("upload.sh")).status, 0);
  assert.is(calls().length, 3);
  assert.not.ok(calls().some((call) => call.startsWith("storage cp") && call.includes("COMPLETE")));
});

test("a restore fetches the backup that was named, and nothing without a name", async () => {
  const { DUMP, calls, run } = prepareUpload();
  for (const BACKUP of ["", "latest", "../sites"]) {
    const { status, output } = await run("download.sh", { BACKUP });
    assert.is(status, 1);
    assert.match(output, /^BACKUP must name a backup in gs:\/\/my-backup\/databases/m);
  }
  assert.ok(existsSync(join(DUMP, "COMPLETE")), "nothing is removed");
  assert.is((await run("download.sh", { BACKUP: "2026-11-24T02-23" })).status, 0);
  assert.equal(calls(), [
    `storage rsync --quiet --recursive --exclude=^earlier/ gs://my-backup/databases/2026-11-24T02-23 ${DUMP}`,
  ]);
  assert.equal(readdirSync(DUMP), [], "nothing of another dump is left");
});

test.run();
