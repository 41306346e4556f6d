/**
 * The clients of Kubernetes' API, over connections that are used again.
 *
 * @module
 */
import {
  BatchV1Api,
  CoreV1Api,
  createConfiguration,
  ServerConfiguration,
} from "@kubernetes/client-node";
import type { KubeConfig, RequestContext, SecurityAuthentication } from "@kubernetes/client-node";
import type { ClusterTarget } from "../configuration/setting-types.ts";
import type { loadKubeConfig } from "./cluster-target.ts";

/** Looks where the cluster is, and makes the clients for it. */
export async function connect(target: ClusterTarget, load: typeof loadKubeConfig) {
  const config = await load(target);
  const server = config.getCurrentCluster()?.server ?? "";
  const { authentication, close } = reusingConnections(config);
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(server, {}),
    authMethods: { default: authentication },
  });
  return { batch: new BatchV1Api(configuration), core: new CoreV1Api(configuration), close };
}

/**
 * The client makes a new pool of connections for every request to a server with a CA of its own, and
 * leaves it open. This hands every request the first one.
 */
function reusingConnections(config: KubeConfig) {
  let pool: ReturnType<RequestContext["getDispatcher"]>;
  const authentication: SecurityAuthentication = {
    getName: () => config.getName(),
    async applySecurityAuthentication(context) {
      await config.applySecurityAuthentication(context);
      pool ??= context.getDispatcher();
      if (pool !== undefined) context.setDispatcher(pool);
    },
  };
  // What is still asked for over them is waited for.
  return { authentication, close: () => void pool?.close() };
}
