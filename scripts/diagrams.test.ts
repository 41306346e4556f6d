import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DIAGRAMS } from "./diagrams.ts";
import { drawDiagram } from "./documentation/diagram-svg.ts";
import { readRepositoryFile } from "./repository.ts";

const test = suite("the diagrams of docs/");

for (const [path, diagram] of Object.entries(DIAGRAMS)) {
  test(`${path} is what its source gives; npm run docs:diagrams draws it`, () => {
    assert.fixture(Buffer.from(readRepositoryFile(path)).toString(), drawDiagram(diagram));
  });
}

const boxes = {
  a: { kind: "function", column: 0, columns: 2, row: 0, title: "A & <B>" },
  b: { kind: "google", column: 1, row: 1, title: "B" },
} as const;
const texts = { title: "T", description: "D" };

function drawArrow(from: readonly ["a", "bottom" | "right"], to: readonly ["b", "top"]): string {
  const arrows = [{ from, to, label: ["one", "two"] }];
  const svg = drawDiagram({ ...texts, boxes, arrows });
  return /points="([^"]*)"/.exec(svg)?.[1] ?? "";
}

test("an arrow between a wide box and a narrow one is straight", () => {
  const [start, end, ...more] = drawArrow(["a", "bottom"], ["b", "top"]).split(" ");
  assert.is(start?.split(",")[0], end?.split(",")[0]);
  assert.equal(more, []);
});

test("an arrow that leaves one way and arrives the other has one corner", () => {
  const [start, corner, end] = drawArrow(["a", "right"], ["b", "top"])
    .split(" ")
    .map((point) => point.split(","));
  assert.is(corner?.[0], end?.[0]);
  assert.is(corner?.[1], start?.[1]);
});

test("what XML takes for its own is escaped", () => {
  assert.match(drawDiagram({ ...texts, boxes, arrows: [] }), ">A &amp; &lt;B&gt;<");
});

test("an arrow to no box is refused", () => {
  const arrows = [{ from: ["a", "right"], to: ["nowhere", "left"], label: [] }] as const;
  assert.throws(() => drawDiagram({ ...texts, boxes, arrows }), /names nowhere, which is no box/);
});

test.run();
