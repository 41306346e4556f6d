import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Plot } from "./measurement.ts";
import { toSvg } from "./plot.ts";

const test = suite("toSvg");

const bars: Plot = {
  kind: "bars",
  name: "cost",
  title: "Cost <of> A & B",
  unit: "hello = 1",
  bars: [
    { label: 'GET <a> & "b"', value: 1, spread: [0.9, 1.5] },
    { label: "POST", value: 2.345, spread: [2, 2.5] },
  ],
};
const lines: Plot = {
  kind: "lines",
  name: "resync",
  title: "Resync",
  xLabel: "settled & tenants",
  unit: "10 = 1",
  lines: [
    {
      label: "calls",
      points: [
        [10, 1],
        [1000, 1],
        [100_000, 1],
      ],
    },
    {
      label: "time < 2",
      points: [
        [10, 1],
        [1000, 1.5],
        [100_000, 4],
      ],
    },
  ],
};

/** Throws where a text is no well-formed XML; gives its elements' names with their attributes, and its texts. */
function parseXml(source: string) {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  for (const [piece] of source.matchAll(/<[^>]*>|[^<]+/g)) {
    const tag = /^<(\/?)([a-z]+)((?: [\w:-]+="[^"<&]*")*)(\/?)>$/i.exec(piece);
    if (tag === null) {
      assert.not.match(piece, /[<>]|&(?!amp;|lt;|gt;)/, piece);
      texts.push(decode(piece));
      continue;
    }
    const [, closes, name = "", attributes = "", isEmpty] = tag;
    if (closes) assert.is(open.pop(), name, piece);
    else elements.push({ name, attributes: toAttributes(attributes) });
    if (!closes && !isEmpty) open.push(name);
  }
  assert.equal(open, [], "all is closed");
  return { elements, texts };
}

function decode(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function toAttributes(text: string): Record<string, string> {
  const found = [...text.matchAll(/([\w:-]+)="([^"]*)"/g)];
  return Object.fromEntries(found.map(([, name = "", value = ""]) => [name, value]));
}

for (const plot of [bars, lines]) {
  test(`${plot.kind} are well-formed, with all their words as they are`, () => {
    const { elements, texts } = parseXml(toSvg(plot));
    assert.is(elements[0]?.attributes["xmlns"], "http://www.w3.org/2000/svg");
    const words =
      plot.kind === "bars"
        ? plot.bars.map(({ label }) => label)
        : [...plot.lines.map(({ label }) => label), plot.xLabel];
    for (const word of [plot.title, plot.unit, ...words]) assert.ok(texts.includes(word), word);
  });

  test(`${plot.kind} have colours for light and for dark`, () => {
    assert.match(toSvg(plot), /prefers-color-scheme: dark[^]*\.paper \{ fill: #0d1117/);
  });
}

test("a bar is as long as its value, which stands at it, and its whisker spans the quartiles", () => {
  const { elements, texts } = parseXml(toSvg(bars));
  const numbers = (name: string, attribute: string) =>
    elements
      .filter(({ attributes }) => attributes["class"] === name)
      .map(({ attributes }) => Number(attributes[attribute]));
  const [first = 0, second = 0] = numbers("bar", "width");
  assert.ok(Math.abs(second / first - 2.345) < 0.01, `${first} ${second}`);
  assert.ok(texts.includes("1") && texts.includes("2.35"));
  const [start = 0] = numbers("bar", "x");
  // Of each whisker the first stroke is the one along.
  const [from = 0, to = 0] = [numbers("whisker", "x1")[3], numbers("whisker", "x2")[3]];
  assert.ok(Math.abs((from - start) / second - 2 / 2.345) < 0.01);
  assert.ok(Math.abs((to - start) / second - 2.5 / 2.345) < 0.01);
});

test("on a logarithmic axis a hundredfold is always as far", () => {
  const { elements } = parseXml(toSvg(lines));
  const path = elements.find(({ attributes }) => attributes["class"] === "line line-1");
  const xs = path?.attributes["points"]?.split(" ").map((point) => Number(point.split(",")[0]));
  const [a = 0, b = 0, c = 0] = xs ?? [];
  assert.ok(b - a > 50 && Math.abs(c - b - (b - a)) < 0.2, `${a} ${b} ${c}`);
});

test("nothing to show is an empty plot and no broken one", () => {
  for (const plot of [
    { ...bars, bars: [] },
    { ...lines, lines: [] },
  ]) {
    assert.not.match(toSvg(plot), /NaN|Infinity/);
  }
});

test.run();
