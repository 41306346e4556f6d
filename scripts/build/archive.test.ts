import { unzipSync } from "fflate";
import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { zip } from "./archive.ts";

const test = suite("a zip of a function's folder");

const A = Buffer.from("a".repeat(1000));
const B = Buffer.from("b");

test("holds every file at its path", () => {
  const found = unzipSync(
    zip(
      new Map([
        ["docs/a.txt", A],
        ["b.txt", B],
      ]),
    ),
  );
  assert.equal(Object.keys(found).toSorted(), ["b.txt", "docs/a.txt"]);
  assert.ok(A.equals(found["docs/a.txt"] ?? B));
});

test("is the same in whatever order the files were found", () => {
  const files = [
    ["docs/a.txt", A],
    ["b.txt", B],
  ] as const;
  assert.equal(zip(new Map(files)), zip(new Map(files.toReversed())));
});

test("is the same in every time zone", () => {
  const module = new URL("archive.ts", import.meta.url).href;
  const script = `import { zip } from ${JSON.stringify(module)};
    process.stdout.write(zip(new Map([["b.txt", Buffer.from("b")]])));`;
  const [east, west] = ["Pacific/Kiritimati", "Pacific/Pago_Pago"].map((zone) => {
    const env = { ...process.env, TZ: zone };
    return spawnSync(process.execPath, ["--input-type=module", "--eval", script], { env }).stdout;
  });
  assert.ok(east?.equals(zip(new Map([["b.txt", B]]))));
  assert.ok(west?.equals(east ?? A));
});

test.run();
