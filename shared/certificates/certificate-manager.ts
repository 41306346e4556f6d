/**
 * Certificate Manager, over REST: for each custom domain a DNS authorization, a certificate and an entry of the map that
 * the sites' load balancer serves. Their names derive from the domain, so that making one that is there is as good.
 *
 * https://docs.cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest
 *
 * @module
 */
import type { DomainAction, ObservedCertificate } from "../domains/observed-domain.ts";
import { createCaller, googleCredentials } from "../platform/google-rest.ts";
import type { GoogleCredentials } from "../platform/google-rest.ts";
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

/** Maps are global, and so is what they serve. */
const LOCATION = "global";

export type CertificateManager = ReturnType<typeof openCertificateManager>;

/** The actions that Certificate Manager carries out. */
export type CertificateAction = Exclude<DomainAction, "commandTenant" | "deleteRecord">;

/** Opens it. Every method may throw an `AdapterError`. */
export function openCertificateManager(
  settings: CertificateSettings,
  credentials: GoogleCredentials = googleCredentials(settings.certificateManagerHost === null),
) {
  const { projectId, certificateMap, certificateManagerHost } = settings;
  const base =
    certificateManagerHost === null
      ? "https://certificatemanager.googleapis.com/v1"
      : `http://${certificateManagerHost}/v1`;
  const call = createCaller("certificates", "Certificate Manager", credentials);
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
