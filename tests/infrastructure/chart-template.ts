/**
 * Renders the templates of our Helm chart: the subset of Go's templates and of Helm's functions that they
 * use, and nothing else. What it does not know it refuses, a value that is not there too. That it renders
 * as Helm does, tests/infrastructure/chart-rendering.test.ts holds it to.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** What a template sees: its values, and the chart's files by their paths. */
export interface Scope {
  values: unknown;
  files: ReadonlyMap<string, string>;
}

/** Renders every template, in their order; what one defines all can include. */
export function renderTemplates(
  templates: ReadonlyMap<string, string>,
  scope: Scope,
): Map<string, string> {
  const definitions = new Map<string, Node[]>();
  const parsed = [...templates].map(([name, text]) => {
    const { nodes, defined } = parse(name, text);
    for (const [key, body] of defined) definitions.set(key, body);
    return [name, nodes] as const;
  });
  const root: Context = { scope, definitions, dot: ROOT };
  return new Map(parsed.map(([name, nodes]) => [name, renderNodes(nodes, root)]));
}

type Node =
  | { kind: "text"; text: string }
  | { kind: "print"; pipeline: string[][] }
  | { kind: "if"; pipeline: string[][]; body: Node[]; otherwise: Node[] }
  | { kind: "range"; pipeline: string[][]; body: Node[] };

interface Context {
  scope: Scope;
  definitions: ReadonlyMap<string, Node[]>;
  dot: unknown;
}

const ROOT = Symbol("the chart");

const ACTION = /\{\{(-?)\s*([\s\S]*?)\s*(-?)\}\}/g;

interface Token {
  text: string;
  isAction: boolean;
}

/** Text and actions; a dash has taken the white space on its side. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let from = 0;
  let trimsNext = false;
  const push = (piece: string, trimsEnd: boolean) => {
    const started = trimsNext ? piece.trimStart() : piece;
    tokens.push({ text: trimsEnd ? started.trimEnd() : started, isAction: false });
  };
  for (const match of text.matchAll(ACTION)) {
    push(text.slice(from, match.index), match[1] === "-");
    tokens.push({ text: match[2] ?? "", isAction: true });
    trimsNext = match[3] === "-";
    from = match.index + match[0].length;
  }
  push(text.slice(from), false);
  return tokens;
}

function parse(name: string, text: string) {
  const tokens = tokenize(text);
  const defined = new Map<string, Node[]>();
  let next = 0;

  /** The nodes up to an `end` or `else`, and which of them it was. */
  function block(isTop: boolean): { nodes: Node[]; closedBy: string } {
    const nodes: Node[] = [];
    while (next < tokens.length) {
      const token = tokens[next++] as Token;
      if (!token.isAction) {
        nodes.push({ kind: "text", text: token.text });
        continue;
      }
      const [, word = "", rest = ""] =
        /^(if|range|define|else|end)\b\s*([\s\S]*)$/.exec(token.text) ?? [];
      if (word === "end" || word === "else") {
        if (isTop || rest !== "") throw new Error(`${name}: unexpected {{ ${token.text} }}`);
        return { nodes, closedBy: word };
      }
      if (word === "define" && !isTop) throw new Error(`${name}: a definition inside a block`);
      if (word === "") nodes.push({ kind: "print", pipeline: toPipeline(token.text) });
      else add(word, rest, nodes);
    }
    if (!isTop) throw new Error(`${name}: an {{ end }} is missing`);
    return { nodes, closedBy: "" };
  }

  function add(word: string, rest: string, nodes: Node[]): void {
    const { nodes: body, closedBy } = block(false);
    if (word === "if") {
      const otherwise = closedBy === "else" ? block(false).nodes : [];
      nodes.push({ kind: "if", pipeline: toPipeline(rest), body, otherwise });
      return;
    }
    if (closedBy === "else") throw new Error(`${name}: ${word} has no else here`);
    if (word === "range") nodes.push({ kind: "range", pipeline: toPipeline(rest), body });
    else defined.set(JSON.parse(rest) as string, body);
  }

  return { nodes: block(true).nodes, defined };
}

const WORD = /\s*("(?:[^"\\]|\\.)*"|[|()]|[^\s|()"]+)/y;

function toWords(text: string): string[] {
  const words: string[] = [];
  for (WORD.lastIndex = 0; WORD.lastIndex < text.length;) {
    const at = WORD.lastIndex;
    const word = WORD.exec(text)?.[1];
    if (word === undefined) throw new Error(`cannot read ${text.slice(at)}`);
    words.push(word);
  }
  return words;
}

/** The commands between the bars outside of parentheses, each as its words. */
function toPipeline(text: string): string[][] {
  const commands: string[][] = [[]];
  let depth = 0;
  for (const word of toWords(text)) {
    if (word === "(") depth += 1;
    if (word === ")") depth -= 1;
    if (word === "|" && depth === 0) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands;
}

function renderNodes(nodes: Node[], context: Context): string {
  return nodes.map((node) => renderNode(node, context)).join("");
}

function renderNode(node: Node, context: Context): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "print":
      return toText(run(node.pipeline, context));
    case "if":
      return renderNodes(isTrue(run(node.pipeline, context)) ? node.body : node.otherwise, context);
    case "range": {
      const list = run(node.pipeline, context);
      if (!Array.isArray(list)) throw new Error("only a list has a range here");
      return list.map((dot: unknown) => renderNodes(node.body, { ...context, dot })).join("");
    }
  }
}

/** Each command gets what came before as its last argument. */
function run(pipeline: string[][], context: Context): unknown {
  let result: unknown[] = [];
  for (const command of pipeline) {
    const [first = "", ...rest] = toOperands(command);
    const given = [...rest.map((word) => operand(word, context)), ...result];
    if (typeof first === "string" && Object.hasOwn(FUNCTIONS, first)) {
      result = [FUNCTIONS[first]?.(given, context)];
    } else if (given.length === 0) {
      result = [operand(first, context)];
    } else {
      throw new Error(`unknown function ${String(first)}`);
    }
  }
  return result[0];
}

type Operand = string | string[][];

/** Words, and what is in parentheses as a pipeline of its own. */
function toOperands(words: string[]): Operand[] {
  const operands: Operand[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as string;
    if (word !== "(") {
      operands.push(word);
      continue;
    }
    const end = words.indexOf(")", index);
    operands.push(toPipeline(words.slice(index + 1, end).join(" ")));
    index = end;
  }
  return operands;
}

function operand(word: Operand, context: Context): unknown {
  if (typeof word !== "string") return run(word, context);
  if (word.startsWith('"')) return JSON.parse(word);
  if (/^\d+$/.test(word)) return BigInt(word);
  if (word === ".") return context.dot;
  if (word === "$") return ROOT;
  if (/^\.\w+$/.test(word) && context.dot !== ROOT) return valueAt(word.slice(1), context.dot);
  if (/^\$?\.Values(\.\w+)+$/.test(word)) {
    if (!word.startsWith("$") && context.dot !== ROOT) throw new Error(`${word} within a range`);
    return valueAt(word.replace(/^\$?\.Values\./, ""), context.scope.values);
  }
  throw new Error(`unknown operand ${word}`);
}

function valueAt(path: string, values: unknown): unknown {
  let value = values;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      throw new Error(`there is no value ${path}`);
    }
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

const FUNCTIONS: Record<string, (given: unknown[], context: Context) => unknown> = {
  quote: ([value]) => JSON.stringify(toText(value)),
  sha256sum: ([value]) => createHash("sha256").update(toText(value)).digest("hex"),
  trunc: ([length, value]) => toText(value).slice(0, Number(length)),
  trimSuffix: ([suffix, value]) =>
    toText(value).endsWith(toText(suffix))
      ? toText(value).slice(0, -toText(suffix).length)
      : toText(value),
  int: ([value]) => BigInt(value as string | number),
  mul: (factors) => factors.reduce<bigint>((product, each) => product * BigInt(each as number), 1n),
  ne: ([left, right]) => left !== right,
  nindent: ([spaces, value]) => `\n${indent(Number(spaces), toText(value))}`,
  printf: ([format, ...rest]) => toText(format).replaceAll(/%[sd]/g, () => toText(rest.shift())),
  include: ([name, dot], context) => {
    const body = context.definitions.get(toText(name));
    if (body === undefined) throw new Error(`there is no definition ${toText(name)}`);
    return renderNodes(body, { ...context, dot });
  },
  ".Files.Get": ([path], { scope }) => {
    const file = scope.files.get(toText(path));
    if (file === undefined) throw new Error(`the chart has no file ${toText(path)}`);
    return file;
  },
};

function indent(spaces: number, text: string): string {
  return " ".repeat(spaces) + text.replaceAll("\n", `\n${" ".repeat(spaces)}`);
}

function isTrue(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  // Helm has every number of the values as a float, and writes a million as 1e+06.
  if (typeof value === "number") throw new Error(`the number ${value} has not gone through int`);
  throw new Error(`${JSON.stringify(value)} is no text`);
}
