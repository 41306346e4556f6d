/** Host names that are somebody else's, or none, and the site Jobs that want them. */
import { mkdirSync, readdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ACME, named, rename, RIVAL, useNamedSite } from "../testkit/named-site.ts";

const test = suite("host names of others");

const it = useNamedSite(test);

/** Where a visitor of a host comes to. */
const reached = (host: string) => realpathSync(join(it.bench.volume.hosts, host));

/** What may be at a name that nobody of ours is to touch. */
const foreign: [sentence: string, make: (path: string) => Promise<unknown> | void][] = [
  [
    "another tenant's site",
    () => it.bench.run({ kind: "create", tenant: named({ subdomain: "new" }, RIVAL) }),
  ],
  ["a directory", (path) => mkdirSync(path)],
  ["a file", (path) => writeFileSync(path, "")],
  ["a link that leads elsewhere", (path) => symlinkSync("../../elsewhere", path)],
];
for (const [sentence, make] of foreign) {
  test(`${sentence} at the new name keeps a site from it, and nothing is changed`, async () => {
    await make(join(it.bench.volume.hosts, "new.kairos.app"));
    const before = withoutOperations();
    const wanted = { subdomain: "new", former: ["acme"], domains: ["shop.example"] };
    assert.is((await it.bench.run(rename(wanted))).status, 65);
    assert.equal(withoutOperations(), before);
  });
}

/** All but what tells which operation came last. */
function withoutOperations(): string[] {
  return it.bench.snapshot().filter((entry) => !/\/(claims|changes|names)\/?/.test(entry));
}

test("what is at a former name and is not the site's is not touched", async () => {
  await it.succeed({ kind: "create", tenant: named({ subdomain: "new" }, RIVAL) });
  await it.succeed(rename({ subdomain: "newest", former: ["acme"] }));
  assert.is((await it.bench.run(rename({ subdomain: "newest", former: ["new"] }, 3))).status, 65);
  assert.is(reached("new.kairos.app"), it.bench.site(RIVAL));
});

test("a rename of an older command touches nothing", async () => {
  await it.succeed(rename({ subdomain: "new", former: ["acme"] }, 3));
  const before = it.bench.snapshot();
  assert.is((await it.bench.run(rename({ subdomain: "older", former: ["acme"] }, 2))).status, 67);
  assert.equal(it.bench.snapshot(), before);
});

test("a host name of another form is refused, whatever it leads to", async () => {
  for (const name of ["../x.example", "X.example", "x..example"]) {
    const env = { SERVED_NAMES: "acme.kairos.app new.kairos.app", FORMER_NAMES: name };
    const { status, message } = await it.bench.run({ ...rename({ subdomain: "new" }), env });
    assert.is(status, 1, name);
    assert.match(message?.reason ?? "", /unexpected form/);
  }
  assert.equal(readdirSync(it.bench.volume.hosts), ["acme.kairos.app"]);
});

test("a claim whose name is somebody else's changes nothing of the site", async () => {
  it.takeStandby();
  await it.succeed({ kind: "create", tenant: RIVAL });
  const before = withoutOperations().filter((entry) => !entry.startsWith("tenants/"));
  assert.is((await it.bench.run({ kind: "claim", tenant: ACME, generation: 2 })).status, 65);
  const after = withoutOperations().filter((entry) => !entry.startsWith("tenants/"));
  assert.equal(after, before);
});

test.run();
