/**
 * What may come back from a malformed request.
 *
 * @module
 */
import * as assert from "uvu/assert";
import { REQUEST_ID_HEADER, SECURITY_HEADERS } from "../../functions/api/http/headers.ts";
import { repository } from "../../scripts/repository.ts";
import type { AnswerCheck, SeenAnswer } from "../testkit/answer-check.ts";
import { isAcceptable } from "./acceptable.ts";
import type { Call, FuzzedRequest } from "./fuzzed-request.ts";

/**
 * What Node's HTTP server answers itself: to what is no HTTP, comes too slowly, has too much beside its
 * body, or expects what nobody knows. It offers no way to add to that.
 */
const NODES_OWN = new Set([400, 408, 413, 417, 431]);

/** A stack, a path of this machine, or what the files hold that lie there. */
const LEAKS = [/\n\s+at /, /node_modules/, /file:\/\//, /"devDependencies"/, /root:x:0/];

/** Pages for people, and what they load: they are not in the document that is among them. */
const DOCUMENTATION = /^\/(openapi\.json|docs|redoc)/;

/** Throws when the answers are not such as the request deserves. */
export function judge(
  { calls, answered }: FuzzedRequest,
  answers: SeenAnswer[],
  check: AnswerCheck,
): void {
  const isAnswered = answered === "by the API" || answered === "by somebody";
  if (isAnswered) assert.is(answers.length, calls.length, "it was closed without an answer");
  for (const [index, answer] of answers.entries()) {
    const { status, headers } = answer;
    assert.ok(status >= 200 && status < 500, `it was answered ${status}: ${answer.text}`);
    requireNoLeak(answer);
    if (headers.has(REQUEST_ID_HEADER)) judgeOwn(answer, calls[index], check);
    else judgeNodes(answer, answered === "by the API");
  }
}

function requireNoLeak({ headers, text }: SeenAnswer): void {
  // A script may well name the module that it was made of.
  if (/^(text|application)\/(javascript|css)/.test(headers.get("content-type") ?? "")) return;
  const found = LEAKS.find((leak) => leak.test(text));
  assert.ok(found === undefined && !text.includes(repository), `it tells too much: ${text}`);
}

function judgeNodes({ status, text }: SeenAnswer, isSound: boolean): void {
  assert.not(isSound, `it was not the API that answered ${status}`);
  assert.ok(NODES_OWN.has(status), `somebody unknown answered ${status}`);
  assert.is(text, "", "Node's own answer has a body");
}

/** `call` is undefined where the bytes held more than was meant. */
function judgeOwn(answer: SeenAnswer, call: Call | undefined, check: AnswerCheck): void {
  const { status, headers } = answer;
  for (const name of Object.keys(SECURITY_HEADERS)) {
    assert.ok(headers.has(name), `${name} is missing`);
  }
  assert.not(headers.has("x-powered-by"), "it says what it is made of");
  if (call === undefined) return;
  if (call.id !== null) assert.is(headers.get(REQUEST_ID_HEADER), call.id);
  if (call.statuses !== null) {
    assert.ok(
      call.statuses.includes(status),
      `a good request was answered ${status}: ${answer.text}`,
    );
  }
  const hasEffect = status < 300 && call.json !== null;
  const mayHave = !hasEffect || isAcceptable(call.json ?? "", call.target);
  assert.ok(mayHave, `it was taken, and answered ${status}`);
  if (isPlain(call.target)) check(call.method, call.target, answer);
}

/** Whether it is beyond doubt which path of the document a target is. */
function isPlain(target: string): boolean {
  return (
    /^\/(?!\/)[!-[\]-~]*$/.test(target) && !target.includes("#") && !DOCUMENTATION.test(target)
  );
}
