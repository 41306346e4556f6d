/**
 * Calls of Google's REST APIs with the credentials that the process has.
 *
 * @module
 */
import { GoogleAuth, PassThroughClient } from "google-auth-library";
import { AdapterError } from "./errors.ts";
import type { Adapter, AdapterErrorCode } from "./errors.ts";

export interface GoogleRequest {
  url: string;
  method: "GET" | "POST" | "DELETE";
  params?: Record<string, string>;
  data?: Record<string, unknown>;
}

/** What is used of google-auth-library; a test can stand in for Google's side of it. */
export interface GoogleCredentials {
  request: (options: GoogleRequest & { timeout: number }) => Promise<{ data: unknown }>;
}

const CALL_MILLISECONDS = 10_000;

/** The credentials for Google's own APIs, or none, for what stands in the place of one. */
export function googleCredentials(isGoogle: boolean): GoogleCredentials {
  if (!isGoogle) return new PassThroughClient();
  return new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
}

/**
 * What the calls of an adapter go through. Each gives null where the answer has the status that is as good as any, if there is one, and
 * throws an `AdapterError` that names the service for every other failure.
 */
export function createCaller(adapter: Adapter, service: string, credentials: GoogleCredentials) {
  return async (
    request: GoogleRequest,
    asGood: number | null,
  ): Promise<{ data: unknown } | null> => {
    try {
      return await credentials.request({ ...request, timeout: CALL_MILLISECONDS });
    } catch (error) {
      const status = statusOf(error);
      if (status === asGood) return null;
      const message = `${service}: ${request.method} ${request.url}: ${status ?? "no answer"}`;
      throw new AdapterError(adapter, codeOf(status), message, { cause: error });
    }
  };
}

function statusOf(error: unknown): number | null {
  const { status, response } = error as { status?: unknown; response?: { status?: unknown } };
  const found = status ?? response?.status;
  return typeof found === "number" ? found : null;
}

function codeOf(status: number | null): AdapterErrorCode {
  if (status === 401 || status === 403) return "denied";
  const isRefusal =
    status !== null && status >= 400 && status < 500 && ![408, 409, 429].includes(status);
  return isRefusal ? "invalid" : "unavailable";
}
