/** How a backup that is not whole comes into the bucket, and what is kept of the databases that it lacks. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fakeBucket } from "./fake-bucket.ts";
import { chartDirectory, chartObject } from "./chart.ts";
import { runScript } from "./chart-script.ts";
import { temporaryDirectory } from "../testkit/stack-fixture.ts";
import type { V1ConfigMap, V1CronJob } from "@kubernetes/client-node";

const test = suite("a backup that is not whole, in the bucket");

const root = temporaryDirectory();
test.after(() => {
  rmSync(root, { recursive: true, force: true });
});

let directory = "";
let bucket: ReturnType<typeof fakeBucket>;
test.before.each(() => {
  directory = mkdtempSync(join(root, "test-"));
  bucket = fakeBucket(join(directory, "cloud"));
});

const sum = (text: string) => createHash("sha256").update(text).digest("hex");

/** A dump, as dump.sh leaves it: of each database and user one file or two, whose text is given. */
function makeDump(texts: Record<string, string>, lost: string[] = []): string {
  const dump = mkdtempSync(join(directory, "dump-"));
  const files = { ...texts, ...(lost.length > 0 ? { MISSING: `${lost.join("\n")}\n` } : {}) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dump, name), text);
  const sums = Object.entries(files).map(([name, text]) => `${sum(text)}  ${name}\n`);
  writeFileSync(join(dump, "SHA256SUMS"), sums.join(""));
  const marker = lost.length > 0 ? "INCOMPLETE" : "COMPLETE";
  writeFileSync(join(dump, marker), `${sum(sums.join(""))}  SHA256SUMS\n`);
  return dump;
}

const tenant = (name: string, night: number) => ({
  [`${name}.database.sql.gz`]: `tables of ${name}, ${night}`,
  [`${name}.objects.sql.gz`]: `objects of ${name}, ${night}`,
});

const night = (day: number) => `2026-11-${day}T02-23`;
const upload = (day: number, dump: string) => runScript("upload.sh", bucket.on(night(day), dump));
const isThere = (...path: string[]) => existsSync(join(bucket.databases, ...path));
const LOST = [
  "database tnb\tview v: it is broken",
  "database tnb\tview w: too",
  "user tnc\tall: no",
];

/** Both databases on the 20th; only one is whole on the 21st. */
async function twoNights(): Promise<{ status: number | null; output: string }> {
  const users = { "tna.user.sql.gz": "a", "tnb.user.sql.gz": "b" };
  assert.is(
    (await upload(20, makeDump({ ...tenant("tna", 20), ...tenant("tnb", 20), ...users }))).status,
    0,
  );
  return upload(21, broken(21));
}

const broken = (day: number) =>
  makeDump({ ...tenant("tna", day), "tnb.database.incomplete.sql.gz": "some tables" }, LOST);

test("it comes into the bucket, never as a whole one, and ends in a way of its own", async () => {
  const { status, output } = await twoNights();
  assert.is(status, 90, output);
  assert.ok(isThere(night(21), "INCOMPLETE") && !isThere(night(21), "COMPLETE"));
  assert.ok(isThere(night(21), "tna.database.sql.gz"));
  assert.ok(isThere(night(21), "tnb.database.incomplete.sql.gz"));
  assert.ok(isThere(night(20), "COMPLETE"));
});

test("one line tells the alert what is missing, by name", async () => {
  const { output } = await twoNights();
  const line = output.split("\n").find((one) => one.startsWith("{")) ?? "";
  assert.equal(JSON.parse(line), {
    severity: "ERROR",
    message: "BackupIncomplete",
    backup: night(21),
    missing: "database tnb, user tnc",
  });
});

test("the alert looks for that line, in the log of the container that says it", () => {
  const alert = readFileSync(new URL("../../terraform/monitoring.tf", import.meta.url), "utf8");
  const said = readFileSync(`${chartDirectory}files/upload.sh`, "utf8");
  assert.match(alert, 'jsonPayload.message="BackupIncomplete"');
  assert.match(said, '"message":"BackupIncomplete"');
  const { podFailurePolicy, template } = backupJob();
  assert.match(alert, 'resource.labels.container_name="upload"');
  assert.equal(
    template.spec?.containers.map(({ name, command }) => [name, command]),
    [["upload", ["bash", "/scripts/upload.sh"]]],
  );
  assert.equal(podFailurePolicy?.rules, [
    {
      action: "FailJob",
      onExitCodes: { containerName: "upload", operator: "In", values: [90] },
    },
  ]);
});

test("every script that another one runs is beside it", () => {
  const { data } = chartObject("ConfigMap", "kairos-backup") as unknown as V1ConfigMap;
  for (const [name, script] of Object.entries(data ?? {})) {
    assert.is(script.trimEnd(), readFileSync(`${chartDirectory}files/${name}`, "utf8").trimEnd());
    for (const [, other = ""] of script.matchAll(/(?:\$here|%\/\*\})\/([a-z-]+\.sh)/g)) {
      assert.ok(data?.[other] !== undefined, `${name} runs ${other}`);
    }
  }
});

test("rows that hold still hold on a server whose time ends later, and other tables stay as they are", () => {
  const versioned = `/*M!101100 SET @old_system_versioning_insert_history=@@session.x */;
INSERT INTO \`h\` (\`id\`, row_start, row_end) VALUES (2,'2026-11-29 10:08:49.791122','2038-01-19 03:14:07.999999'),
(1,'2026-11-29 10:08:49.790264','2026-11-29 10:08:49.791122');
/*M!101100 SET system_versioning_insert_history=@old_system_versioning_insert_history */;\n`;
  const other = "INSERT INTO `o` VALUES ('2038-01-19 03:14:07.999999');\n";
  const later = versioned.replace("2038-01-19 03:14:07.999999", "2106-02-07 06:28:15.999999");
  for (const [version, expected] of [
    ["10.11.19-MariaDB-0+deb12u1", versioned],
    ["11.4.5-MariaDB", versioned],
    ["11.5.2-MariaDB", later],
    ["12.0.1-MariaDB-log", later],
  ] as const) {
    const { stdout } = spawnSync(
      "bash",
      ["-c", '. "$1"; for_server "$2"', "-", `${chartDirectory}files/restore-database.sh`, version],
      {
        input: other + versioned + other,
        encoding: "utf8",
      },
    );
    assert.is(stdout, other + expected + other, version);
  }
});

function backupJob() {
  const { spec } = chartObject("CronJob", "kairos-backup") as unknown as V1CronJob;
  const job = spec?.jobTemplate.spec;
  assert.ok(job);
  return job;
}

test("what is kept of a database is a whole dump of it, with every user", async () => {
  await twoNights();
  const kept = join(bucket.databases, night(21), "earlier", "tnb", night(20));
  assert.equal(readdirSync(kept).toSorted(), [
    "COMPLETE",
    "SHA256SUMS",
    "tna.user.sql.gz",
    "tnb.database.sql.gz",
    "tnb.objects.sql.gz",
    "tnb.user.sql.gz",
  ]);
  for (const list of ["COMPLETE", "SHA256SUMS"]) {
    assert.is(spawnSync("sha256sum", ["--check", "--strict", list], { cwd: kept }).status, 0, list);
  }
  assert.not.ok(isThere(night(21), "earlier", "tna"), "nothing is kept of what is whole");
});

test("the last whole one stays when its own night has gone, for as long as none follows", async () => {
  await twoNights();
  rmSync(join(bucket.databases, night(20)), { recursive: true });
  assert.is((await upload(22, broken(22))).status, 90);
  rmSync(join(bucket.databases, night(21)), { recursive: true });
  const kept = join(bucket.databases, night(22), "earlier", "tnb", night(20));
  assert.is(readFileSync(join(kept, "tnb.database.sql.gz"), "utf8"), "tables of tnb, 20");
  const whole = makeDump({ ...tenant("tna", 23), ...tenant("tnb", 23) });
  assert.is((await upload(23, whole)).status, 0);
  assert.not.ok(isThere(night(23), "earlier"));
  assert.is((await upload(24, broken(24))).status, 90);
  assert.ok(isThere(night(24), "earlier", "tnb", night(23), "COMPLETE"), "the newest");
});

test("a backup without an end marker is not kept, and one that has another's name at its end is not taken", async () => {
  const dump = makeDump({ ...tenant("tnb", 19), ...tenant("xtnb", 19) });
  await upload(18, dump);
  await upload(19, dump);
  rmSync(join(bucket.databases, night(19), "COMPLETE"));
  await upload(20, makeDump(tenant("xtnb", 20)));
  assert.is((await upload(21, broken(21))).status, 90);
  assert.equal(readdirSync(join(bucket.databases, night(21), "earlier", "tnb")), [night(18)]);
});

test("where no backup has it whole, that is said", async () => {
  const { status, output } = await upload(21, broken(21));
  assert.is(status, 90);
  assert.match(output, /^no backup has tnb whole$/m);
});

test("where the bucket fails, the backup is made again: it has no end marker, and another exit status", async () => {
  bucket = fakeBucket(join(directory, "failing"), "[[ $* != *earlier* ]] || exit 1");
  const { status, output } = await twoNights();
  assert.is(status, 1, output);
  assert.not.ok(isThere(night(21), "INCOMPLETE") || isThere(night(21), "COMPLETE"));
});

test("a restore fetches what is kept, by its name, and of a night nothing of what is kept", async () => {
  await twoNights();
  const into = join(directory, "fetched");
  mkdirSync(into);
  const fetch = (BACKUP: string) =>
    runScript("download.sh", { ...bucket.on(night(22), into), BACKUP });
  assert.is((await fetch(`${night(21)}/earlier/tnb/${night(20)}`)).status, 0);
  assert.is(readFileSync(join(into, "tnb.database.sql.gz"), "utf8"), "tables of tnb, 20");
  assert.is((await fetch(night(21))).status, 0);
  assert.not.ok(existsSync(join(into, "earlier")));
  assert.is((await fetch(`${night(21)}/earlier/../tnb`)).status, 1);
});

test.run();
