/** The volume's directories, and its way into the bucket and back: files, links and empty directories. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeLink } from "../testkit/nginx-server.ts";
import { leadTo, makeSite } from "../testkit/router-visit.ts";
import { temporaryDirectory } from "../testkit/temporary-directory.ts";
import { runScript } from "./chart-script.ts";
import { fakeBucket } from "./fake-bucket.ts";

const test = suite("the volume in the bucket");

const ACME = `tn${"a".repeat(32)}`;
const OTHER = `tn${"b".repeat(32)}`;

const root = temporaryDirectory();
test.after(() => {
  rmSync(root, { recursive: true, force: true });
});

let bucket: ReturnType<typeof fakeBucket>;
let links = "";
let restored = "";

test.before.each(() => {
  const directory = mkdtempSync(join(root, "test-"));
  bucket = fakeBucket(join(directory, "cloud"));
  links = join(directory, "cloud/backups/links/LINKS");
  restored = join(directory, "restored");
  for (const site of [ACME, OTHER]) {
    makeSite(bucket.volume, site);
    writeFileSync(join(bucket.volume, "benches/main/sites", site, "site_config.json"), site);
    writeFileSync(join(bucket.volume, "tenants", site, "owner"), site);
  }
  const host = (name: string, target: string) => {
    makeLink(join(bucket.volume, "hosts", name), target);
  };
  host("acme.example.com", `../tenants/${ACME}/current`);
  host("www.acme-corp.org", `../tenants/${ACME}/current`);
  host("old.example.com", `../tenants/${ACME}/moved-to/acme.example.com`);
  host("other.example.com", `../tenants/${OTHER}/current`);
  const moved = join(bucket.volume, "tenants", ACME, "moved-to/acme.example.com");
  mkdirSync(moved, { recursive: true });
  leadTo(join(bucket.volume, "tenants", OTHER, "current"), "suspended");
});

async function backUp(): Promise<void> {
  const dump = mkdtempSync(join(root, "dump-"));
  writeFileSync(join(dump, "SHA256SUMS"), "");
  writeFileSync(join(dump, "COMPLETE"), "");
  const { status, output } = await runScript("upload.sh", bucket.on("2026-11-24T02-23", dump));
  assert.is(status, 0, output);
}

const restore = (more: Record<string, string> = {}) =>
  runScript("restore-volume.sh", { ...bucket.on("", ""), VOLUME: restored, ...more });

/** Everything below a directory: a file with what is in it, a link with where it leads, an empty directory. */
function treeOf(directory: string, at = ""): string[] {
  return readdirSync(join(directory, at))
    .toSorted()
    .flatMap((name) => {
      const path = join(at, name);
      const file = join(directory, path);
      const found = lstatSync(file);
      if (found.isSymbolicLink()) return [`${path} -> ${readlinkSync(file)}`];
      if (found.isFile()) return [`${path}: ${readFileSync(file, "utf8")}`];
      return readdirSync(file).length === 0 ? [`${path}/`] : treeOf(directory, path);
    });
}

test("the directories are made, those of each bench too, and what is there stays", async () => {
  for (const BENCHES of ["main ", "main v16-33 ", "v16-33 "]) {
    const { status, output } = await runScript("prepare-volume.sh", { VOLUME: restored, BENCHES });
    assert.is(status, 0, output);
    assert.equal(readdirSync(restored), ["benches", "hosts", "tenants"]);
    assert.ok(existsSync(join(restored, "benches/main/sites")));
    assert.is(existsSync(join(restored, "benches/v16-33/sites")), BENCHES !== "main ");
    writeFileSync(join(restored, "hosts/a.example.com"), "");
  }
  assert.ok(existsSync(join(restored, "hosts/a.example.com")));
});

/** Runs the Job that an upgrade of the chart begins with, where benches are to go. */
const retire = (RETIRED: string) =>
  runScript("retired-benches.sh", { VOLUME: bucket.volume, RETIRED });

test("a bench that is to go may have no site, and it is said how many it has", async () => {
  mkdirSync(join(bucket.volume, "benches/v16-33/sites/assets"), { recursive: true });
  writeFileSync(join(bucket.volume, "benches/v16-33/sites/common_site_config.json"), "{}");
  const { status, output } = await retire("v16-33 never-made main ");
  assert.is(status, 65, output);
  assert.is(
    output,
    "The bench main still has 2 sites; move them with a rollout first (POST /rollouts).\n",
  );
  const empty = await retire("v16-33 never-made ");
  assert.equal([empty.status, empty.output], [0, "no bench that is retired has a site\n"]);
});

test("a bench whose sites cannot be listed is not taken for an empty one", async () => {
  rmSync(join(bucket.volume, "benches/main/sites"), { recursive: true });
  // A link to itself is there, and cannot be read.
  symlinkSync("sites", join(bucket.volume, "benches/main/sites"));
  const { status, output } = await retire("main");
  assert.is.not(status, 0, output);
});

test("what is restored into an empty volume is what there was, its links with their relative targets", async () => {
  await backUp();
  const { status, output } = await restore();
  assert.is(status, 0, output);
  assert.equal(treeOf(restored), treeOf(bucket.volume));
  assert.ok(treeOf(restored).includes(`tenants/${OTHER}/current -> suspended`));
  assert.ok(treeOf(restored).includes(`tenants/${ACME}/moved-to/acme.example.com/`));
  // Through the restored links, to the restored site.
  const config = join(restored, "hosts/acme.example.com/site_config.json");
  assert.is(readFileSync(config, "utf8"), ACME);
});

test("no file comes into the bucket by way of a link", async () => {
  await backUp();
  const copies = treeOf(join(bucket.volume, "../backups")).filter((file) => file.endsWith(ACME));
  assert.equal(copies, [
    `volume/benches/main/sites/${ACME}/site_config.json: ${ACME}`,
    `volume/tenants/${ACME}/owner: ${ACME}`,
  ]);
});

test("one site is restored with its hosts, and nobody else's", async () => {
  await backUp();
  const { status, output } = await restore({ SITE: ACME });
  assert.is(status, 0, output);
  const there = treeOf(restored).join("\n");
  assert.not.match(there, OTHER);
  assert.equal(readdirSync(join(restored, "hosts")), [
    "acme.example.com",
    "old.example.com",
    "www.acme-corp.org",
  ]);
  assert.is(readlinkSync(join(restored, "hosts/acme.example.com")), `../tenants/${ACME}/current`);
});

test("one site is restored into the bench in which it was, and a site that was held is so", async () => {
  const moved = join(bucket.volume, "benches/v16-33/sites");
  mkdirSync(moved, { recursive: true });
  renameSync(join(bucket.volume, "benches/main/sites", OTHER), join(moved, OTHER));
  leadTo(join(bucket.volume, "tenants", OTHER, "current"), "updating");
  await backUp();
  const { status, output } = await restore({ SITE: OTHER });
  assert.is(status, 0, output);
  assert.equal(readdirSync(join(restored, "benches")), ["v16-33"]);
  assert.is(
    readFileSync(join(restored, "benches/v16-33/sites", OTHER, "site_config.json"), "utf8"),
    OTHER,
  );
  assert.is(readlinkSync(join(restored, "tenants", OTHER, "current")), "updating");
  const unknown = await restore({ SITE: `tn${"c".repeat(32)}` });
  assert.is(unknown.status, 1);
  assert.match(unknown.output, "the bucket has no site tn");
});

test("a volume whose bench main is gone is copied all the same", async () => {
  renameSync(join(bucket.volume, "benches/main"), join(bucket.volume, "benches/v16-33"));
  await backUp();
  const copied = join(bucket.volume, "../backups/volume/benches/v16-33/sites", ACME);
  assert.ok(existsSync(join(copied, "site_config.json")));
});

test("a host that leads elsewhere by now does so still, unless it may be overwritten", async () => {
  await backUp();
  makeLink(join(restored, "hosts/acme.example.com"), `../tenants/${OTHER}/current`);
  mkdirSync(join(restored, "hosts/www.acme-corp.org"));
  const kept = await restore();
  assert.is(kept.status, 1);
  assert.match(kept.output, /^hosts\/acme\.example\.com is there, and is another$/m);
  assert.is(readlinkSync(join(restored, "hosts/acme.example.com")), `../tenants/${OTHER}/current`);
  assert.ok(existsSync(join(restored, "hosts/other.example.com/..")), "the rest is back");
  const replaced = await restore({ OVERWRITE: "yes" });
  assert.is(readlinkSync(join(restored, "hosts/acme.example.com")), `../tenants/${ACME}/current`);
  // What is no link is nobody's to replace.
  assert.match(replaced.output, /^hosts\/www\.acme-corp\.org is there, and is another$/m);
});

for (const line of [
  "link\thosts/evil.example.com\t/etc",
  "link\thosts/evil.example.com\t../../../etc",
  `link\thosts/../evil\t../tenants/${ACME}/current`,
  `link\thosts/..\t../tenants/${ACME}/current`,
  `link\tbenches/main/sites/${ACME}\t../../benches/main/sites/${OTHER}`,
  `link\t/etc/evil\t../tenants/${ACME}/current`,
  `directory\ttenants/${ACME}/../../evil`,
  "directory\tevil",
  `file\thosts/evil.example.com\t../tenants/${ACME}/current`,
]) {
  test(`a list with the line ${JSON.stringify(line)} makes nothing of it`, async () => {
    await backUp();
    const before = await restore();
    assert.is(before.status, 0, before.output);
    const there = treeOf(restored);
    writeFileSync(links, `${line}\n`);
    const { status, output } = await restore({ OVERWRITE: "yes" });
    assert.is(status, 1, output);
    assert.match(output, /^not brought back:$/m);
    assert.equal(treeOf(restored), there);
    assert.not.ok(existsSync(join(restored, "../evil")) || existsSync("/etc/evil"));
  });
}

test("a site that is named by its host is refused before anything is fetched", async () => {
  await backUp();
  const { status, output } = await restore({ SITE: "acme.example.com" });
  assert.is(status, 1);
  assert.match(output, "SITE must be a site's name in the bench");
  assert.not.ok(existsSync(restored));
});

test.run();
