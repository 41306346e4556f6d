/**
 * What a node takes of the machine outside its own directory and namespaces: a bridge with a network for its
 * Pods, and a control group, all known by one number. So two nodes on one machine do not meet.
 *
 *   bridge kairos7    198.18.7.1/24, of the range that is set apart for tests of networks (RFC 2544)
 *   cgroup /kairos7   with the Pods' below it
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Territory {
  bridge: string;
  /** The bridge's address: where Pods find what listens there. */
  address: string;
  /** The Pods' network. */
  subnet: string;
  /** As the kubelet's `cgroupRoot`. */
  cgroup: string;
  /** Gives everything back: whatever still works in the control group is killed. */
  leave: () => Promise<void>;
}

const CGROUPS = "/sys/fs/cgroup";

/** So many networks has the range. */
const NETWORKS = 254;

/**
 * Waits until its input ends, which it does with this process too, however that dies. Then it kills what is
 * left in the control group and removes group and bridge.
 */
const JANITOR = `
cat >/dev/null
name=$1
for _ in {1..200}; do
  mapfile -t groups < <(find /sys/fs/cgroup -maxdepth 2 -type d -name "$name")
  [[ -n $groups ]] || break
  mapfile -t left < <(find "\${groups[@]}" -name cgroup.procs -exec cat {} + 2>/dev/null | sort -u)
  [[ -z $left ]] || kill -KILL "\${left[@]}" 2>/dev/null
  find "\${groups[@]}" -depth -type d -exec rmdir {} + 2>/dev/null
  sleep 0.05
done
ip link delete "$name"
`;

/** Takes the first number that is free. */
export function takeTerritory(): Territory {
  for (let number = 1; number <= NETWORKS; number++) {
    const name = `kairos${number}`;
    // The kernel gives a name to one only, so of two that try it at once one goes on to the next.
    // Of itself a bridge has the lowest address among its ports, which changes as Pods go, and leaves the others
    // without a way to it until they ask anew, half a minute later.
    const hardware = ["address", `02:00:c6:12:00:${number.toString(16).padStart(2, "0")}`];
    if (run("ip", ["link", "add", name, ...hardware, "type", "bridge"]) === null) continue;
    const janitor = startJanitor(name);
    try {
      const address = `198.18.${number}.1`;
      mustRun("ip", ["address", "add", `${address}/24`, "dev", name]);
      mustRun("ip", ["link", "set", name, "up"]);
      makeControlGroups(name);
      const subnet = `198.18.${number}.0/24`;
      return { bridge: name, address, subnet, cgroup: `/${name}`, leave: janitor.end };
    } catch (error) {
      void janitor.end();
      throw error;
    }
  }
  throw new Error(`${NETWORKS} bridges kairos… are taken: see ip link show type bridge`);
}

function startJanitor(name: string): { end: () => Promise<void> } {
  const child = spawn("bash", ["-c", JANITOR, "janitor", name], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // out of reach of the terminal's Ctrl-C
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.stdin.on("error", () => {});
  child.unref();
  return {
    end() {
      child.ref();
      child.stdin.end();
      return ended;
    },
  };
}

/** Version 2 has one hierarchy, version 1 one for each controller. */
function makeControlGroups(name: string): void {
  if (existsSync(join(CGROUPS, "cgroup.controllers"))) {
    mkdirSync(join(CGROUPS, name), { recursive: true });
    return;
  }
  for (const controller of readdirSync(CGROUPS)) {
    const [above, own] = [join(CGROUPS, controller), join(CGROUPS, controller, name)] as const;
    mkdirSync(own, { recursive: true });
    // These are empty in a new group, and nothing can be put into it then.
    for (const setting of ["cpuset.cpus", "cpuset.mems"]) {
      if (!existsSync(join(above, setting))) continue;
      writeFileSync(join(own, setting), readFileSync(join(above, setting)));
    }
  }
}

/** Whether the machine's control groups are of version 1. */
export function hasControlGroupsV1(): boolean {
  return !existsSync(join(CGROUPS, "cgroup.controllers"));
}

function run(program: string, args: string[]): string | null {
  const { status, stdout } = spawnSync(program, args, { encoding: "utf8" });
  return status === 0 ? stdout : null;
}

function mustRun(program: string, args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
