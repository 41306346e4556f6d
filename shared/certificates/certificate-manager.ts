/**
 * Certificate Manager, over REST: for each custom domain a DNS authorization, a certificate and an entry of the map that
 * the sites' load balancer serves. Their names derive from the domain, so that making one that is there is as good.
 *
 * https://docs.cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest
 *
 * @module
 */
import { GoogleAuth, PassThroughClient } from "google-auth-library";
import type { DomainAction, ObservedCertificate } from "../domains/observed-domain.ts";
import { AdapterError } from "../platform/errors.ts";
import type { AdapterErrorCode } from "../platform/errors.ts";
import {
  domainOf,
  isDone,
  LABELS,
  resourceId,
  RESOURCES,
  toAuthorization,
  toCertificate,
  toJson,
} from "./certificate-resources.ts";
import type { Json, MadeResource, Resource } from "./certificate-resources.ts";

export interface CertificateSettings {
  projectId: string;
  /** The map's name; null where custom domains are not set up. */
  certificateMap: string | null;
  /** `host:port` of a fake in the place of Certificate Manager. */
  certificateManagerHost: string | null;
}

/** What is used of google-auth-library; a test can stand in for Google's side of it. */
export interface CertificateCredentials {
  request: (options: {
    url: string;
    method: "GET" | "POST" | "DELETE";
    params?: Record<string, string>;
    data?: Record<string, unknown>;
    timeout: number;
  }) => Promise<{ data: unknown }>;
}

const CALL_MILLISECONDS = 10_000;

/** Maps are global, and so is what they serve. */
const LOCATION = "global";

export type CertificateManager = ReturnType<typeof openCertificateManager>;

/** The actions that Certificate Manager carries out. */
export type CertificateAction = Exclude<DomainAction, "commandTenant" | "deleteRecord">;

/** Opens it. Every method may throw an `AdapterError`. */
export function openCertificateManager(
  settings: CertificateSettings,
  credentials: CertificateCredentials = credentialsFor(settings),
) {
  const { projectId, certificateMap, certificateManagerHost } = settings;
  const base =
    certificateManagerHost === null
      ? "https://certificatemanager.googleapis.com/v1"
      : `http://${certificateManagerHost}/v1`;
  const location = `projects/${projectId}/locations/${LOCATION}`;

  function parentOf(resource: Resource): string {
    return resource === "entry" ? `${location}/certificateMaps/${certificateMap}` : location;
  }

  function nameOf(resource: Resource, domain: string): string {
    return `${parentOf(resource)}/${RESOURCES[resource].collection}/${resourceId(domain)}`;
  }

  /** Null where there is nothing of that name. */
  async function read(resource: Resource, domain: string): Promise<Json | null> {
    const url = `${base}/${nameOf(resource, domain)}`;
    const answer = await call({ url, method: "GET" }, 404);
    return answer === null ? null : toJson(answer.data);
  }

  /** One that is there already is as good. What it is like the next look tells. */
  async function create(resource: Resource, domain: string, body: Json): Promise<boolean> {
    const { collection, idParameter } = RESOURCES[resource];
    const url = `${base}/${parentOf(resource)}/${collection}`;
    const params = { [idParameter]: resourceId(domain) };
    return isDone(
      await call({ url, method: "POST", params, data: { ...body, labels: LABELS } }, 409),
    );
  }

  async function remove(resource: Resource, domain: string): Promise<boolean> {
    return isDone(
      await call({ url: `${base}/${nameOf(resource, domain)}`, method: "DELETE" }, 404),
    );
  }

  /** Calls, and gives null where the answer has the status that is as good as any. */
  async function call(
    request: Omit<Parameters<CertificateCredentials["request"]>[0], "timeout">,
    asGood: number,
  ): Promise<{ data: unknown } | null> {
    try {
      return await credentials.request({ ...request, timeout: CALL_MILLISECONDS });
    } catch (error) {
      const status = statusOf(error);
      if (status === asGood) return null;
      const code = codeOf(status);
      const message = `Certificate Manager: ${request.method} ${request.url}: ${status ?? "no answer"}`;
      throw new AdapterError("certificates", code, message, { cause: error });
    }
  }

  /** All of a collection, a page at a time. */
  async function* list(resource: Resource): AsyncGenerator<Json> {
    const { collection } = RESOURCES[resource];
    const url = `${base}/${parentOf(resource)}/${collection}`;
    let pageToken: string | null = null;
    for (;;) {
      const params = { pageSize: "500", ...(pageToken !== null && { pageToken }) };
      const page = toJson((await call({ url, method: "GET", params }, 404))?.data);
      const found = page[collection];
      if (Array.isArray(found)) yield* found.map(toJson);
      const { nextPageToken } = page;
      if (typeof nextPageToken !== "string" || nextPageToken === "") return;
      pageToken = nextPageToken;
    }
  }

  return {
    /** What was made for domains, each with its domain and when it was made; what somebody else made is left out. */
    async *listMade(): AsyncGenerator<MadeResource> {
      for (const resource of ["entry", "certificate", "authorization"] as const) {
        for await (const one of list(resource)) {
          const domain = domainOf(one);
          const createdAt = new Date(String(one["createTime"]));
          if (one["name"] === nameOf(resource, domain)) yield { domain, createdAt };
        }
      }
    },

    /** What there is for a domain. */
    async readCertificate(domain: string): Promise<ObservedCertificate> {
      const [authorization, certificate, entry] = await Promise.all([
        read("authorization", domain),
        read("certificate", domain),
        read("entry", domain),
      ]);
      return {
        authorization: toAuthorization(authorization),
        certificate: toCertificate(certificate),
        entry: entry && { isActive: entry["state"] === "ACTIVE" },
      };
    },

    /** Gives whether it is done; where not, it is under way. */
    carryOut(action: CertificateAction, domain: string): Promise<boolean> {
      switch (action) {
        case "createAuthorization":
          return create("authorization", domain, { domain });
        case "createCertificate": {
          const dnsAuthorizations = [nameOf("authorization", domain)];
          return create("certificate", domain, {
            managed: { domains: [domain], dnsAuthorizations },
          });
        }
        case "createEntry": {
          const certificates = [nameOf("certificate", domain)];
          return create("entry", domain, { hostname: domain, certificates });
        }
        case "deleteEntry":
          return remove("entry", domain);
        case "deleteCertificate":
          return remove("certificate", domain);
        case "deleteAuthorization":
          return remove("authorization", domain);
      }
    },
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

function credentialsFor({ certificateManagerHost }: CertificateSettings): CertificateCredentials {
  if (certificateManagerHost !== null) return new PassThroughClient();
  return new GoogleAuth({ scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
}
