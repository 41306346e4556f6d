/**
 * Whether a log entry matches a filter in Cloud Logging's query language
 * (https://docs.cloud.google.com/logging/docs/view/logging-query-language): the part of it that terraform/ uses. What
 * it does not know is an error, so that no filter is taken for one that matches nothing.
 *
 * @module
 */

/** A log entry, as Cloud Logging's API has it. */
export interface LogEntry {
  logName: string;
  resource: { type: string; labels: Record<string, string> };
  jsonPayload: unknown;
}

type Test = (entry: LogEntry) => boolean;

/** A text in quotes, a sign, or a name or number. */
const TOKEN = /\s*("(?:[^"\\]|\\.)*"|=~|!~|!=|>=|<=|[=:<>()]|[^\s"=:<>()!]+)/y;

/** Reads a filter. Throws at what is not in the part of the language that is known here. */
export function parseFilter(filter: string): Test {
  const tokens = tokensOf(filter);
  const test = readAny(tokens);
  if (tokens.length > 0) throw new Error(`the filter goes on with ${tokens[0]}`);
  return test;
}

function tokensOf(filter: string): string[] {
  const tokens: string[] = [];
  const text = filter.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, token] = TOKEN.exec(text) ?? [];
    if (token === undefined) throw new Error(`the filter cannot be read from ${text.slice(at)} on`);
    tokens.push(token);
  }
  return tokens;
}

/** OR binds weaker than AND, and what stands side by side is joined by AND. */
function readAny(tokens: string[]): Test {
  const tests = [readAll(tokens)];
  while (tokens[0] === "OR") {
    tokens.shift();
    tests.push(readAll(tokens));
  }
  return (entry) => tests.some((test) => test(entry));
}

function readAll(tokens: string[]): Test {
  const tests = [readOne(tokens)];
  while (tokens.length > 0 && tokens[0] !== "OR" && tokens[0] !== ")") {
    if (tokens[0] === "AND") tokens.shift();
    tests.push(readOne(tokens));
  }
  return (entry) => tests.every((test) => test(entry));
}

function readOne(tokens: string[]): Test {
  if (tokens[0] === "(") {
    tokens.shift();
    const test = readAny(tokens);
    expect(tokens, ")");
    return test;
  }
  const name = take(tokens);
  if (name === "log_id") return readLogId(tokens);
  return readComparison(name, take(tokens), readValues(tokens));
}

function readLogId(tokens: string[]): Test {
  expect(tokens, "(");
  const id = textOf(take(tokens));
  expect(tokens, ")");
  return ({ logName }) => logName.endsWith(`/logs/${encodeURIComponent(id)}`);
}

/** One value, or several of which one must do: ("a" OR "b"). */
function readValues(tokens: string[]): string[] {
  if (tokens[0] !== "(") return [textOf(take(tokens))];
  expect(tokens, "(");
  const values = [textOf(take(tokens))];
  while (peek(tokens) === "OR") {
    tokens.shift();
    values.push(textOf(take(tokens)));
  }
  expect(tokens, ")");
  return values;
}

function readComparison(path: string, operator: string, values: string[]): Test {
  const holds = OPERATORS[operator];
  if (holds === undefined) throw new Error(`${operator} after ${path} is not known here`);
  return (entry) => {
    const found = path.split(".").reduce<unknown>(
      // A field that is not there compares with nothing.
      (value, name) => (value as Record<string, unknown> | undefined)?.[name],
      entry,
    );
    return found !== undefined && found !== null && values.some((value) => holds(found, value));
  };
}

/** Texts are compared without regard to case, but for regular expressions. */
const OPERATORS: Readonly<Record<string, (found: unknown, value: string) => boolean>> = {
  "=": (found, value) => String(found).toLowerCase() === value.toLowerCase(),
  ":": (found, value) => String(found).toLowerCase().includes(value.toLowerCase()),
  "=~": (found, value) => new RegExp(value).test(String(found)),
  ">=": (found, value) => Number(found) >= Number(value),
};

function peek([next]: string[]): string | undefined {
  return next;
}

function take(tokens: string[]): string {
  const token = tokens.shift();
  if (token === undefined) throw new Error("the filter ends too early");
  return token;
}

function expect(tokens: string[], expected: string): void {
  const token = take(tokens);
  if (token !== expected) throw new Error(`the filter has ${token} in place of ${expected}`);
}

function textOf(token: string): string {
  return token.startsWith('"') ? (JSON.parse(token) as string) : token;
}
