import { decode, encode, ExtData } from "@msgpack/msgpack";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { refuse } from "./refuse.ts";
import type { Block } from "./provider-schema.ts";

const test = suite("what a provider refuses");

const COLOUR = { type: "string", is: "optional", values: ["RED", "GREEN"] } as const;

const BLOCK = {
  attributes: {
    colour: COLOUR,
    colours: { type: ["list", "string"], is: "optional", values: ["RED", "GREEN"] },
    made_at: { type: "string", is: "computed" },
  },
  blocks: {
    part: { nesting: "list", min: 0, max: 0, attributes: { colour: COLOUR }, blocks: {} },
    piece: { nesting: "set", min: 0, max: 0, attributes: { colour: COLOUR }, blocks: {} },
    timeouts: { nesting: "single", min: 0, max: 0, attributes: { colour: COLOUR }, blocks: {} },
  },
} as unknown as Block;

/** As Terraform sends what is known only when it is applied. */
const UNKNOWN = new ExtData(0, new Uint8Array([0]));

const CASES: [sentence: string, config: object, paths: (string | number)[][]][] = [
  ["nothing of what is not set", { colour: null, made_at: null, part: null }, []],
  ["nothing of what is possible", { colour: "RED", colours: ["RED", "GREEN"] }, []],
  ["nothing of what is not yet known", { colour: UNKNOWN, colours: UNKNOWN, part: UNKNOWN }, []],
  ["a value that is not possible", { colour: "BLUE" }, [["colour"]]],
  ["one in a list", { colours: ["RED", "BLUE"] }, [["colours"]]],
  ["one in a block", { part: [{ colour: "RED" }, { colour: "BLUE" }] }, [["part", 1, "colour"]]],
  ["one in a set of blocks", { piece: [{ colour: "BLUE" }] }, [["piece", "colour"]]],
  ["one in a single block", { timeouts: { colour: "BLUE" } }, [["timeouts", "colour"]]],
  ["a value of what can only be read", { made_at: "now" }, [["made_at"]]],
  ["one of it that is not yet known", { made_at: UNKNOWN }, [["made_at"]]],
];

for (const [sentence, config, paths] of CASES) {
  test(sentence, () => {
    const refusals = refuse(BLOCK, decode(encode(config)));
    assert.equal(
      refusals.map(({ path }) => path),
      paths,
    );
  });
}

test.run();
