/** Site Jobs on a volume on which nothing can be written any more. */
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { databaseName, siteName } from "../../shared/tenant/names.ts";
import { skip } from "../testkit/parts.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { SiteBench, Work } from "../testkit/site-bench.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { ACME, CLAIM, renamed } from "./crash-injection.ts";
import { NEXT as NEXT_BENCH, upgrade } from "../testkit/upgraded-site.ts";
import { findScratchFull, missingVolume, mountScratch, mountVolume } from "./small-volume.ts";
import type { Scarce, SmallVolume } from "./small-volume.ts";

const test = suite("site Jobs on a full volume");

const RIVAL = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");
const OTHER = tenantNamed("other", "99999999-2222-4333-8444-555555555555");

const CREATE: Work = { kind: "create", tenant: ACME };
const SUSPEND: Work = { kind: "suspend", tenant: ACME, generation: 2 };
const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };
const RETAIN: Work = { kind: "retain", tenant: ACME, generation: 2 };
const UNDELETE: Work = { kind: "resume", tenant: ACME, generation: 3 };

const RENAME: Work = {
  kind: "rename",
  tenant: renamed("new", "acme", ["shop.example"]),
  generation: 2,
};

let bench: SiteBench;
let volume: SmallVolume;

function open(): void {
  bench = createSiteBench();
  volume = mountVolume(bench.volume.root);
  // It hides what was there, so the volume is made once more on it.
  for (const directory of [bench.volume.hosts, bench.volume.tenants, bench.sites])
    mkdirSync(directory, { recursive: true });
  writeFileSync(join(bench.sites, "common_site_config.json"), '{"mail_server": "smtp.example"}\n');
}

function close(): void {
  volume.unmount();
  bench.remove();
}

/** Where a visitor of the site comes to. */
const reached = () => realpathSync(join(bench.volume.hosts, "acme.kairos.app"));

/** Whether the site's user may not log in. */
const isLocked = () =>
  existsSync(join(bench.databases, "users", `${databaseName(ACME.id)}@%`, "locked"));

/** Fills the volume and sees that it is full. */
function fill(...scarce: Scarce[]): void {
  volume.fill(scarce, bench.volume.tenants);
  const more = join(bench.volume.root, "more");
  try {
    assert.throws(() => writeFileSync(more, "more"), /ENOSPC/);
  } finally {
    rmSync(more, { force: true });
  }
}

async function succeed(work: Work): Promise<void> {
  const { status, output } = await bench.run(work);
  assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
}

async function findVolumeFull(work: Work): Promise<void> {
  const { status, message } = await bench.run(work);
  assert.is(status, 1);
  assert.is(message?.code, "VolumeFull");
  assert.match(message?.reason ?? "", /No space left on device/);
}

/** Nothing of the tenant is left, it cannot come back, and its name can be had. */
async function provesGone(): Promise<void> {
  const left = readdirSync(bench.volume.tenants).filter((name) => !name.startsWith("x-"));
  assert.equal(left, [`${ACME.id}.gone`, siteName(OTHER.id)]);
  assert.not(existsSync(bench.site(ACME)));
  assert.equal(readdirSync(join(bench.databases, "databases")), [databaseName(OTHER.id)]);
  volume.free();
  assert.is((await bench.run({ ...CREATE, attempt: 2 })).status, 67);
  await succeed({ kind: "create", tenant: RIVAL });
}

const VOLUMES: [sentence: string, scarce: Scarce[]][] = [
  ["no byte free", ["bytes"]],
  ["no inode free", ["inodes"]],
  ["no byte and no inode free", ["bytes", "inodes"]],
  ["no byte free and a full directory of records", ["bytes", "names"]],
];

const missing = missingVolume();
if (missing === null) {
  test.before.each(open);
  test.after.each(close);

  for (const [sentence, scarce] of VOLUMES) {
    test(`a site is dropped with ${sentence}`, async () => {
      await succeed({ kind: "create", tenant: OTHER });
      await succeed(CREATE);
      fill(...scarce);
      await succeed(DROP);
      await provesGone();
    });

    test(`a half-made site is dropped with ${sentence}`, async () => {
      await succeed({ kind: "create", tenant: OTHER });
      const env = { LOCAL_BENCH_FAULTS: "acme:new-site" };
      assert.is((await bench.run({ ...CREATE, env })).status, 1);
      fill(...scarce);
      await succeed(DROP);
      await provesGone();
    });

    test(`suspend with ${sentence} says that the volume is full, and changes nothing`, async () => {
      await succeed(CREATE);
      const config = join(bench.site(ACME), "site_config.json");
      const whole = readFileSync(config, "utf8");
      fill(...scarce);
      await findVolumeFull(SUSPEND);
      assert.is(readFileSync(config, "utf8"), whole);
      assert.not(existsSync(`${config}.new`));
      volume.free();
      await succeed({ ...SUSPEND, attempt: 2 });
    });

    // What the suspension left of its own, the resume removes first, and that may be room enough.
    test(`resume with ${sentence} opens the site, or says that the volume is full and leaves it closed`, async () => {
      await succeed(CREATE);
      await succeed(SUSPEND);
      const config = join(bench.site(ACME), "site_config.json");
      const resume: Work = { kind: "resume", tenant: ACME, generation: 3 };
      fill(...scarce);
      const { status, message } = await bench.run(resume);
      const isOpen = () => reached() === bench.site(ACME);
      assert.is(isOpen(), status === 0);
      if (status !== 0) assert.is(message?.code, "VolumeFull");
      assert.match(
        readFileSync(config, "utf8"),
        /"maintenance_mode": [01]\n\}$|"maintenance_mode": [01],/,
      );
      assert.not(existsSync(`${config}.new`));
      volume.free();
      await succeed({ ...resume, attempt: 2 });
      assert.ok(isOpen());
    });

    test(`a site with many names is dropped with ${sentence}, and frees them all`, async () => {
      await succeed({ kind: "create", tenant: OTHER });
      await succeed(CREATE);
      await succeed(RENAME);
      fill(...scarce);
      await succeed({ ...DROP, generation: 3 });
      assert.equal(readdirSync(bench.volume.hosts), ["other.kairos.app"]);
      await provesGone();
    });

    test(`a rename with ${sentence} says that the volume is full, and the site keeps its name`, async () => {
      await succeed(CREATE);
      fill(...scarce);
      await findVolumeFull(RENAME);
      assert.is(realpathSync(join(bench.volume.hosts, "acme.kairos.app")), bench.site(ACME));
      volume.free();
      await succeed({ ...RENAME, attempt: 2 });
      assert.is(realpathSync(join(bench.volume.hosts, "new.kairos.app")), bench.site(ACME));
    });

    test(`a claim with ${sentence} says that the volume is full, and the next attempt succeeds`, async () => {
      await succeed({ ...CREATE, tenant: fillingStandby(new Date(0), { id: ACME.id }) });
      fill(...scarce);
      await findVolumeFull(CLAIM);
      volume.free();
      await succeed({ ...CLAIM, attempt: 2 });
      assert.is(realpathSync(join(bench.volume.hosts, "acme.kairos.app")), bench.site(ACME));
    });

    test(`create with ${sentence} says that the volume is full, and the next attempt succeeds`, async () => {
      await succeed({ kind: "create", tenant: OTHER });
      fill(...scarce);
      await findVolumeFull(CREATE);
      assert.not(existsSync(bench.site(ACME)));
      volume.free();
      await succeed({ ...CREATE, attempt: 2 });
    });
  }

  for (const [sentence, scarce] of VOLUMES.slice(0, 3)) {
    test(`a tenant whose create found ${sentence} is dropped all the same`, async () => {
      await succeed({ kind: "create", tenant: OTHER });
      fill(...scarce);
      await findVolumeFull(CREATE);
      await succeed(DROP);
      await provesGone();
    });
  }

  for (const [sentence, scarce] of VOLUMES.slice(0, 2)) {
    // What the create left of its own, it removes first, and that may be room enough to lead visitors away.
    test(`a deletion that can be taken back, with ${sentence}, says that the volume is full, and the site stays as it is`, async () => {
      await succeed(CREATE);
      const config = join(bench.site(ACME), "site_config.json");
      const whole = readFileSync(config, "utf8");
      fill(...scarce);
      await findVolumeFull(RETAIN);
      assert.is(readFileSync(config, "utf8"), whole);
      assert.not(existsSync(`${config}.new`));
      assert.not(isLocked());
      volume.free();
      await succeed({ ...RETAIN, attempt: 2 });
      assert.ok(isLocked());
      assert.match(reached(), /\/retained$/);
    });

    // As with a resume, what the deletion left of its own may be room enough.
    test(`an undelete with ${sentence} opens the site, or says that the volume is full and leaves it closed`, async () => {
      await succeed(CREATE);
      await succeed(RETAIN);
      const gone = reached();
      fill(...scarce);
      const { status, message } = await bench.run(UNDELETE);
      assert.is(reached(), status === 0 ? bench.site(ACME) : gone);
      if (status !== 0) assert.is(message?.code, "VolumeFull");
      volume.free();
      await succeed({ ...UNDELETE, attempt: 2 });
      assert.is(reached(), bench.site(ACME));
      assert.not(isLocked());
    });
  }

  test("a Pod whose own disk is full says so, and the next attempt goes on", async () => {
    const scratch = mountScratch(bench);
    const isWhole = () => existsSync(join(bench.site(ACME), ".provisioned"));
    try {
      await succeed({ kind: "create", tenant: OTHER });
      const works = [CREATE, SUSPEND, { ...RENAME, generation: 3 }, { ...DROP, generation: 4 }];
      for (const work of works) {
        await findScratchFull(bench, scratch, work);
        assert.is(isWhole(), work.kind !== "create", work.kind);
        await succeed({ ...work, attempt: 2, env: scratch.env });
      }
      await provesGone();
    } finally {
      scratch.volume.unmount();
    }
  });

  test("an upgrade that finds no room for its dump says that the volume is full, and the site is open as it was", async () => {
    await succeed(CREATE);
    bench.addBench(NEXT_BENCH);
    for (const name of ["main", NEXT_BENCH])
      bench.setImage(name, { frappe: { version: "16" }, erpnext: { version: "16" } });
    const table = join(bench.databases, "databases", databaseName(ACME.id), "tabFiles");
    // It may be half as large when it is compressed, but is not.
    const rows = Array.from({ length: 14 }, () => randomBytes(700_000).toString("base64"));
    writeFileSync(table, rows.map((row) => `${row}\n`).join(""));
    const config = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
    const { status, message } = await bench.run(upgrade());
    assert.equal([status, message?.step, message?.code], [1, "dump-database", "VolumeFull"]);
    assert.match(message?.reason ?? "", /No space left on device; it is as it was before$/);
    assert.is(reached(), bench.site(ACME));
    const now = readFileSync(join(bench.site(ACME), "site_config.json"), "utf8");
    assert.equal(JSON.parse(now), { ...JSON.parse(config), maintenance_mode: 0 });
    writeFileSync(table, "");
    await succeed(upgrade({}, 2));
    assert.is(reached(), bench.siteIn(NEXT_BENCH, ACME));
  });

  test("a drop that is killed anywhere on a full volume ends when it is run again there", async () => {
    let kills = 0;
    for (let beforeCommand = 1; ; beforeCommand += 29) {
      await succeed({ kind: "create", tenant: OTHER });
      await succeed(CREATE);
      fill("bytes", "inodes");
      const { status } = await bench.run({ ...DROP, kill: { container: 0, beforeCommand } });
      if (status !== null) break;
      kills += 1;
      // What the first drop has made room for is gone again.
      fill("bytes", "inodes");
      await succeed({ ...DROP, attempt: 2 });
      await provesGone();
      close();
      open();
    }
    assert.ok(kills > 4, `${kills} kills`);
  });

  test("of two drops at once on a full volume, one drops the site", async () => {
    await succeed({ kind: "create", tenant: OTHER });
    await succeed(CREATE);
    fill("bytes", "inodes");
    const older = await bench.run({
      ...DROP,
      // It has claimed the site by then.
      pause: { container: 0, beforeCommand: 90 },
      meanwhile: () => succeed({ ...DROP, attempt: 2 }),
    });
    assert.is(older.status, 67, older.output);
    await provesGone();
  });
} else {
  skip(test, "site Jobs on a full volume", "small-volume", missing);
}
test.run();
