/**
 * A diagram of boxes on a grid and arrows between them, as SVG. It is shown as an image, of which the page
 * cannot set the colours, so it brings its own for light and for dark.
 *
 * @module
 */

export interface Diagram {
  title: string;
  /** For those who do not see it. */
  description: string;
  boxes: Readonly<Record<string, Box>>;
  arrows: readonly Arrow[];
}

export interface Box {
  kind: "function" | "google" | "outside";
  column: number;
  /** How many columns it takes. */
  columns?: number;
  row: number;
  title: string;
  text?: string;
}

/** An arrow is straight, or has one corner where it leaves one way and arrives the other. */
export interface Arrow {
  from: End;
  to: End;
  /** Its lines; they stand above a level stroke, and to the right of an upright one. */
  label: readonly string[];
  isBothWays?: boolean;
}

type End = readonly [box: string, side: Side];
type Side = "left" | "right" | "top" | "bottom";
type Point = readonly [x: number, y: number];

const BOX = { width: 148, height: 60 };
const GAP = { x: 66, y: 62 };
const MARGIN = 16;
const LINE_HEIGHT = 17;

const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 13px system-ui, -apple-system, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .label { fill: #59636e; }
  .paper { fill: #ffffff; }
  .function { fill: #ddf4ff; stroke: #0969da; }
  .google { fill: #f6f8fa; stroke: #818b98; }
  .outside { fill: none; stroke: #818b98; stroke-dasharray: 5 4; }
  .arrow { fill: none; stroke: #59636e; stroke-width: 1.5; }
  .head { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .label { fill: #b1bac4; }
    .paper { fill: #0d1117; }
    .function { fill: #121d2f; stroke: #4493f8; }
    .google { fill: #151b23; stroke: #656c76; }
    .outside { stroke: #656c76; }
    .arrow { stroke: #9198a1; }
    .head { fill: #9198a1; }
  }
`;

const HEAD = `<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="head" d="M0,0 L10,5 L0,10 z"/></marker></defs>`;

/** Draws it. */
export function drawDiagram({ title, description, boxes, arrows }: Diagram): string {
  const all = Object.values(boxes);
  const width = Math.max(...all.map(rightOf)) + MARGIN;
  const height = Math.max(...all.map((box) => topOf(box) + BOX.height)) + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    `<style>${STYLE}</style>`,
    HEAD,
    `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    ...all.map(drawBox),
    ...arrows.map((arrow) => drawArrow(arrow, boxes)),
    "</svg>\n",
  ].join("\n");
}

function drawBox(box: Box): string {
  const { kind, title, text } = box;
  const x = leftOf(box);
  const y = topOf(box);
  const middle = (x + rightOf(box)) / 2;
  const titleY = y + BOX.height / 2 + (text === undefined ? 5 : -4);
  return [
    `<rect class="${kind}" x="${x}" y="${y}" width="${rightOf(box) - x}" height="${BOX.height}" rx="8"/>`,
    textAt([middle, titleY], "title", "middle", title),
    ...(text === undefined ? [] : [textAt([middle, y + 45], "label", "middle", text)]),
  ].join("");
}

function drawArrow({ from, to, label, isBothWays }: Arrow, boxes: Diagram["boxes"]): string {
  const points = route(from, to, boxes);
  const start = isBothWays ? ` marker-start="url(#head)"` : "";
  const path = points.map((point) => point.join(",")).join(" ");
  return [
    `<polyline class="arrow" points="${path}"${start} marker-end="url(#head)"/>`,
    ...drawLabel(label, longestStroke(points)),
  ].join("");
}

/** Where an arrow runs. Between two boxes of which one is wider, it runs at the middle of the other. */
function route(from: End, to: End, boxes: Diagram["boxes"]): Point[] {
  const [start, end] = [anchor(from, boxes), anchor(to, boxes)];
  if (isUpright(from) && !isUpright(to)) return [start, [start[0], end[1]], end];
  if (!isUpright(from) && isUpright(to)) return [start, [end[0], start[1]], end];
  if (!isUpright(from)) return [start, end];
  const x = widthOf(from, boxes) <= widthOf(to, boxes) ? start[0] : end[0];
  return [
    [x, start[1]],
    [x, end[1]],
  ];
}

function isUpright([, side]: End): boolean {
  return side === "top" || side === "bottom";
}

function widthOf([name]: End, boxes: Diagram["boxes"]): number {
  const box = boxOf(name, boxes);
  return rightOf(box) - leftOf(box);
}

/** The middle of a box's side. */
function anchor([name, side]: End, boxes: Diagram["boxes"]): Point {
  const box = boxOf(name, boxes);
  const middle: Point = [(leftOf(box) + rightOf(box)) / 2, topOf(box) + BOX.height / 2];
  if (side === "left") return [leftOf(box), middle[1]];
  if (side === "right") return [rightOf(box), middle[1]];
  return [middle[0], side === "top" ? topOf(box) : topOf(box) + BOX.height];
}

function boxOf(name: string, boxes: Diagram["boxes"]): Box {
  const box = boxes[name];
  if (box === undefined) throw new Error(`an arrow names ${name}, which is no box`);
  return box;
}

function longestStroke(points: readonly Point[]): [Point, Point] {
  const strokes = points.slice(1).map((end, index): [Point, Point] => [points[index] ?? end, end]);
  const [longest] = strokes.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  if (longest === undefined) throw new Error("an arrow has two ends");
  return longest;
}

function lengthOf([[x1, y1], [x2, y2]]: [Point, Point]): number {
  return Math.abs(x1 - x2) + Math.abs(y1 - y2);
}

function drawLabel(lines: readonly string[], [[x1, y1], [x2, y2]]: [Point, Point]): string[] {
  const middle: Point = [(x1 + x2) / 2, (y1 + y2) / 2];
  const isLevel = y1 === y2;
  const first = isLevel
    ? middle[1] - 8 - (lines.length - 1) * LINE_HEIGHT
    : middle[1] + 5 - ((lines.length - 1) * LINE_HEIGHT) / 2;
  const x = isLevel ? middle[0] : middle[0] + 10;
  return lines.map((line, index) =>
    textAt([x, first + index * LINE_HEIGHT], "label", isLevel ? "middle" : "start", line),
  );
}

function leftOf({ column }: Box): number {
  return MARGIN + column * (BOX.width + GAP.x);
}

function rightOf({ column, columns = 1 }: Box): number {
  return MARGIN + (column + columns) * (BOX.width + GAP.x) - GAP.x;
}

function topOf({ row }: Box): number {
  return MARGIN + row * (BOX.height + GAP.y);
}

function textAt([x, y]: Point, name: string, anchored: "start" | "middle", text: string): string {
  return `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchored}">${escapeXml(text)}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
