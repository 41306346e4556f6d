/**
 * The three ways to a cluster: a GKE cluster by its name, the cluster that the process itself runs in,
 * and a kubeconfig file.
 *
 * @module
 */
import { KubeConfig } from "@kubernetes/client-node";
import { GoogleAuth } from "google-auth-library";
import type { ClusterTarget } from "../configuration/setting-types.ts";
import { AdapterError } from "../platform/errors.ts";

/** What is used of google-auth-library; a test can stand in for Google's side of it. */
export interface GoogleCredentials {
  getAccessToken: () => Promise<string | null | undefined>;
  request: (options: { url: string; timeout: number }) => Promise<{ data: unknown }>;
}

const DESCRIBE_MILLISECONDS = 10_000;

/** Finds out how to reach the cluster. Throws an `AdapterError` when that cannot be learnt. */
export async function loadKubeConfig(
  target: ClusterTarget,
  credentials: () => GoogleCredentials = googleCredentials,
): Promise<KubeConfig> {
  const config = new KubeConfig();
  switch (target.kind) {
    case "kubeconfig":
      config.loadFromFile(target.path);
      return config;
    case "in-cluster":
      config.loadFromCluster();
      return config;
    case "gke":
      return loadGke(config, target, credentials());
  }
}

/**
 * A cluster always has a DNS endpoint, with a public certificate, but it may be closed to outside
 * traffic; then there is the IP endpoint, with the cluster's own certificate.
 */
interface GkeCluster {
  controlPlaneEndpointsConfig?: {
    dnsEndpointConfig?: { endpoint?: string; allowExternalTraffic?: boolean };
  };
  endpoint?: string;
  masterAuth?: { clusterCaCertificate?: string };
}

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters */
async function loadGke(
  config: KubeConfig,
  target: ClusterTarget & { kind: "gke" },
  credentials: GoogleCredentials,
): Promise<KubeConfig> {
  const name = `projects/${target.project}/locations/${target.location}/clusters/${target.cluster}`;
  const cluster = await describe(name, credentials);
  const dnsEndpoint = cluster.controlPlaneEndpointsConfig?.dnsEndpointConfig;
  const dns = dnsEndpoint?.allowExternalTraffic === true ? dnsEndpoint.endpoint : undefined;
  const caData = cluster.masterAuth?.clusterCaCertificate;
  if (!dns && !(cluster.endpoint && caData)) {
    const message = `GKE: the cluster ${target.cluster} has no endpoint, or not yet`;
    throw new AdapterError("cluster", "unavailable", message);
  }
  const way = dns
    ? { server: `https://${dns}` }
    : { server: `https://${cluster.endpoint}`, caData };
  // The client has an authenticator of its own for the name "gcp", which runs the gcloud command.
  const user = { name: "google", authProvider: { name: "google-auth-library" } };
  config.loadFromClusterAndUser(
    { name: target.cluster, skipTLSVerify: false, ...way } as never,
    user,
  );
  config.addAuthenticator({
    isAuthProvider: ({ authProvider }) => authProvider?.name === user.authProvider.name,
    // Asked for at every call, so that the token is always a fresh one; the library caches it.
    async applyAuthentication(_user, options) {
      const token = await credentials.getAccessToken();
      Object.assign(options, { headers: { ...options.headers, Authorization: `Bearer ${token}` } });
    },
  });
  return config;
}

async function describe(name: string, credentials: GoogleCredentials): Promise<GkeCluster> {
  const url = `https://container.googleapis.com/v1/${name}`;
  try {
    const { data } = await credentials.request({ url, timeout: DESCRIBE_MILLISECONDS });
    return data as GkeCluster;
  } catch (error) {
    const { status } = error as { status?: unknown };
    const code = status === 401 || status === 403 ? "denied" : "unavailable";
    throw new AdapterError("cluster", code, `GKE: ${name} cannot be read`, { cause: error });
  }
}

/**
 * Without the second scope GKE knows a service account by its number and not by its e-mail, and so no
 * binding that names the e-mail is its own
 * (https://cloud.google.com/kubernetes-engine/docs/how-to/role-based-access-control).
 */
const SCOPES = ["cloud-platform", "userinfo.email"].map(
  (scope) => `https://www.googleapis.com/auth/${scope}`,
);

function googleCredentials(): GoogleCredentials {
  return new GoogleAuth({ scopes: SCOPES });
}
