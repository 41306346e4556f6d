/**
 * A stack of its own for a test: on free ports, in a directory of its own, gone afterwards.
 *
 * @module
 */
import { eventually } from "./timeouts.ts";
import { functionSpec } from "../../scripts/local/function-process.ts";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { TENANT_EVENTS } from "../../shared/pubsub/bus.ts";
import type { Trigger } from "../../shared/pubsub/messages.ts";
import { startOwnStack } from "./own-stack.ts";
import type { Stack, StackOptions } from "../../scripts/local/local-stack.ts";
import { createAnswerCheck } from "./answer-check.ts";
import type { AnswerCheck } from "./answer-check.ts";

export { eventually, TIMEOUT_MILLISECONDS } from "./timeouts.ts";
export { temporaryDirectory } from "./temporary-directory.ts";

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export type TestStack = Awaited<ReturnType<typeof startTestStack>>;

/** Starts a stack with quick sites. Settings in `env` come on top. */
export async function startTestStack(
  env: Record<string, string> = {},
  options: Pick<StackOptions, "buildDirectory" | "onJobEnded"> = {},
) {
  const quick = { LOCAL_BENCH_SECONDS: "0.2", LOCAL_RESYNC_SECONDS: "0.5" };
  const own = await startOwnStack({ ...quick, ...env }, options);
  const { stack } = own;

  async function call(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return request(stack.urls.api, method, path, {
      headers: { "X-API-Key": stack.apiKey, "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** Another process of the function api, on the same stack, with settings of its own. */
  async function startApi(name: string, settings: Record<string, string>): Promise<string> {
    const [apiPort = 0] = await freePorts(1);
    const spec = functionSpec("api", apiPort, {
      ...process.env,
      GOOGLE_CLOUD_PROJECT: stack.projectId,
      API_KEYS: stack.apiKey,
      FIRESTORE_EMULATOR_HOST: stack.firestoreHost,
      PUBSUB_EMULATOR_HOST: stack.pubsubHost,
      METADATA_SERVER_DETECTION: "none",
      ...settings,
    });
    stack.functions.start({ ...spec, name });
    await waitForPort(apiPort, AbortSignal.timeout(30_000));
    return `http://127.0.0.1:${apiPort}`;
  }

  return {
    ...own,
    call,
    startApi,
    /** Watches a tenant's status until it is the wanted one; `gone` when it is not found. */
    async until(id: string, wanted: string): Promise<{ seen: string[]; last: Answer }> {
      const seen: string[] = [];
      const last = await eventually(`tenant ${id} is ${wanted}`, async () => {
        const answer = await call("GET", `/tenants/${id}/status`);
        const status = answer.status === 404 ? "gone" : String(answer.body["status"]);
        if (seen.at(-1) !== status) seen.push(status);
        return status === wanted ? answer : null;
      });
      return { seen, last };
    },
  };
}

/** One HTTP request, with its JSON answer, which must be one that the API's own document tells of. */
export async function request(
  url: string,
  method: string,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, { method, ...init });
  const text = await response.text();
  const { status, headers } = response;
  const check = await answerCheckOf(url);
  check(method, path, { status, headers, text });
  const body = (text === "" ? {} : JSON.parse(text)) as Answer["body"];
  return { status, headers, body };
}

const answerChecks = new Map<string, Promise<AnswerCheck>>();

/**
 * The check of an API's answers by its `/openapi.json`, which is read once. A reading that failed is not kept: a test
 * may kill the API at that very moment.
 */
export function answerCheckOf(url: string): Promise<AnswerCheck> {
  const known = answerChecks.get(url);
  if (known !== undefined) return known;
  const check = readAnswerCheck(url);
  answerChecks.set(url, check);
  check.catch(() => answerChecks.delete(url));
  return check;
}

async function readAnswerCheck(url: string): Promise<AnswerCheck> {
  const response = await fetch(`${url}/openapi.json`);
  return createAnswerCheck((await response.json()) as Record<string, unknown>);
}

/** Pushes a message to provision as Pub/Sub does, and gives the status of the answer. */
export async function pushMessage(
  { projectId, urls }: Stack,
  text: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const message = { messageId: "1", data: Buffer.from(text).toString("base64") };
  const subscription = `projects/${projectId}/subscriptions/${TENANT_EVENTS}-provision`;
  const response = await fetch(`${urls.provision}/projects/${projectId}/topics/${TENANT_EVENTS}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ message, subscription }),
  });
  await response.body?.cancel();
  return response.status;
}

export function pushTrigger(stack: Stack, trigger: Trigger): Promise<number> {
  return pushMessage(stack, JSON.stringify(trigger));
}
