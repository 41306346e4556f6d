/**
 * The router as it runs in the cluster: a real nginx on the configuration that the chart renders, over a directory that is
 * the volume's root.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { freePorts, waitForPort } from "../../scripts/local/loopback-ports.ts";
import { chartObject, VALUES } from "../infrastructure/chart.ts";
import { createServerProcesses } from "./server-processes.ts";

const LOOPBACK = "127.0.0.1";

/** Null when this machine has an nginx, or else what is missing. Debian has it where only root's PATH leads. */
export function missingNginx(): string | null {
  return findNginx() === null ? "there is no nginx on the PATH, nor in /usr/sbin" : null;
}

function findNginx(): string | null {
  const places = ["nginx", "/usr/sbin/nginx"];
  return places.find((place) => spawnSync(place, ["-v"]).error === undefined) ?? null;
}

export interface RouterOptions {
  /** The directory that is the volume's root. */
  volume: string;
  /** Where the web server of the bench main answers, on the loopback address. */
  benchPort: number;
  /** Where those of other benches do, by their names. */
  otherBenches?: Record<string, number>;
  /** A name in place of its address, and the line by which nginx is told whom to ask for it. */
  benchName?: { host: string; resolver: string };
  /** Where its socketio does; without it, the web server. */
  socketsPort?: number;
  /** Whose X-Forwarded-For is believed; this machine's, unless said. */
  trustedProxies?: string[];
  /** A change of the configuration, for a test that wants to see what it is there for. */
  change?: (configuration: string) => string;
}

export type Router = Awaited<ReturnType<typeof startRouter>>;

export async function startRouter(options: RouterOptions) {
  const processes = createServerProcesses();
  const { directory } = processes;
  const [port = 0] = await freePorts(1);
  const settings = join(directory, "settings.conf");
  const configuration = join(directory, "nginx.conf");
  const here = (text: string) => toThisMachine(text, { port, directory, volume: options.volume });
  const rendered = renderRouter(options);
  writeFileSync(settings, rendered.settings);
  writeFileSync(configuration, (options.change ?? String)(here(rendered.configuration)));
  // Who resolves names: usually nobody, for there are only addresses here.
  writeFileSync(join(directory, "resolver.conf"), options.benchName?.resolver ?? "");
  const { uid, username } = userInfo();
  // Started by root it would work as somebody who may not enter the directory.
  const directives = `daemon off; ${uid === 0 ? `user ${username};` : ""}`;
  processes.start({
    name: "nginx",
    command: findNginx() ?? "nginx",
    args: ["-e", "stderr", "-p", directory, "-c", configuration, "-g", directives],
    env: process.env,
  });
  const signal = AbortSignal.timeout(60_000);
  await Promise.race([waitForPort(port, signal), processes.death.then(fail)]);
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    /** What nginx has said of itself. */
    log: () => readFileSync(join(directory, "nginx.log"), "utf8"),
    stop: () => processes.stop(),
  };

  function fail(how: string): never {
    throw new Error(`${how}:\n${readFileSync(join(directory, "nginx.log"), "utf8")}`);
  }
}

function renderRouter({
  benchPort,
  benchName,
  otherBenches = {},
  socketsPort = benchPort,
  trustedProxies = [LOOPBACK],
}: RouterOptions) {
  const host = benchName?.host ?? LOOPBACK;
  const benches = [
    { name: "main", host, port: benchPort, socketsHost: host, socketsPort },
    ...Object.entries(otherBenches).map(([name, port]) => {
      return { name, host: LOOPBACK, port, socketsHost: LOOPBACK, socketsPort: port };
    }),
  ];
  const values = { ...VALUES, router: { benches, trustedProxies } };
  const data = chartObject("ConfigMap", "kairos-router", values)["data"] as Record<string, string>;
  return { configuration: data["nginx.conf"] ?? "", settings: data["settings.conf"] ?? "" };
}

/** Where it listens, where the volume is and where it may write are a Pod's; all else stays as it is. */
function toThisMachine(
  text: string,
  { port, directory, volume }: { port: number; directory: string; volume: string },
): string {
  const changes = [
    ["listen 8080", `listen ${LOOPBACK}:${port}`],
    ["/volume/", `${volume}/`],
    ["/tmp/", `${directory}/`],
  ] as const;
  // The volume may be in /tmp, and then that is not to be changed once more.
  const pattern = new RegExp(changes.map(([from]) => from).join("|"), "g");
  return text.replaceAll(pattern, (found) => changes.find(([from]) => from === found)?.[1] ?? "");
}

/** A link, with the directories above it. */
export function makeLink(path: string, target: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
