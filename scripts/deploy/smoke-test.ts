/**
 * Whether a deployed API is there, is the one that was built, and lets nobody in without a key.
 *
 * @module
 */
import { DeployProblem } from "./deploy-error.ts";

/** Throws a `DeployProblem` that says what is not as it should be. */
export async function smokeTest(apiUrl: string, version: string): Promise<void> {
  const service = await read(apiUrl, "/", 200);
  if (service["version"] !== version) {
    throw new DeployProblem(
      `${apiUrl} answers as version ${String(service["version"])}, and not as ${version}.`,
    );
  }
  await read(apiUrl, "/health", 200);
  await read(apiUrl, "/openapi.json", 200);
  await read(apiUrl, "/tenants", 401);
}

/**
 * The same of an API to which Cloud Run itself lets only some callers: without a token of theirs there is
 * no more to see than that nobody else comes in.
 */
export async function smokeTestClosed(apiUrl: string): Promise<void> {
  const { status } = await request(`${apiUrl}/`);
  if (status !== 403) {
    throw new DeployProblem(`${apiUrl} answered ${status} to a stranger, and not 403.`);
  }
}

async function read(
  apiUrl: string,
  path: string,
  expected: number,
): Promise<Record<string, unknown>> {
  const url = `${apiUrl}${path}`;
  const response = await request(url);
  if (response.status !== expected) {
    throw new DeployProblem(`${url} answered ${response.status}, and not ${expected}.`);
  }
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    throw new DeployProblem(`${url} did not answer with JSON.`, { cause });
  }
}

function request(url: string): Promise<Response> {
  return fetch(url).catch((cause: unknown) => {
    throw new DeployProblem(`${url} does not answer.`, { cause });
  });
}
