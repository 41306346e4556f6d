/**
 * The command that installs a program on this system, by the package manager that is on the PATH.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export type Env = Readonly<Record<string, string | undefined>>;

type PackageManager = "apt-get" | "dnf" | "pacman" | "apk" | "brew";

export type Program = "java" | "python3";

/** In this order, since `brew` may stand beside a system's own. */
const MANAGERS: PackageManager[] = ["apt-get", "dnf", "pacman", "apk", "brew"];

const COMMANDS: Record<Program, Record<Exclude<PackageManager, "apt-get">, string>> = {
  java: {
    dnf: "sudo dnf install java-21-openjdk-headless",
    pacman: "sudo pacman -S jre-openjdk-headless",
    apk: "sudo apk add openjdk21-jre-headless",
    // The formula openjdk is not put where macOS looks for a Java.
    brew: "brew install --cask temurin",
  },
  python3: {
    dnf: "sudo dnf install python3",
    pacman: "sudo pacman -S python",
    apk: "sudo apk add python3",
    brew: "brew install python3",
  },
};

/** For a system whose package manager is not known here. */
const IN_GENERAL: Record<Program, string> = {
  java: "a Java runtime of version 17 or newer, such as that of https://adoptium.net, whose java is on the PATH",
  python3: "Python 3.9 or newer from https://www.python.org",
};

/** Whatever is first on the PATH by this name; null when nothing is. */
export function findOnPath(name: string, path = ""): string | null {
  const directories = path.split(delimiter).filter((directory) => directory !== "");
  return directories.map((directory) => join(directory, name)).find(existsSync) ?? null;
}

/** "Install it with: sudo apt-get install …", or what to look for where no package manager is known. */
export function installCommand(program: Program, env: Env): string {
  const manager = MANAGERS.find((name) => findOnPath(name, env["PATH"]) !== null);
  if (manager === undefined) return `Install ${IN_GENERAL[program]}.`;
  const command =
    manager === "apt-get"
      ? `sudo apt-get install ${program === "java" ? javaOfDebian(env) : "python3"}`
      : COMMANDS[program][manager];
  return `Install it with: ${command}.`;
}

/** Debian and Ubuntu have other versions in each release, so apt is asked: the oldest that will do. */
function javaOfDebian(env: Env): string {
  const aptCache = findOnPath("apt-cache", env["PATH"]);
  const known =
    aptCache === null
      ? ""
      : spawnSync(aptCache, ["pkgnames", "openjdk-"], { encoding: "utf8", env: { ...env } }).stdout;
  const versions = [...(known ?? "").matchAll(/^openjdk-(\d+)-jre-headless$/gm)]
    .map(([, version]) => Number(version))
    .filter((version) => version >= 17)
    .toSorted((one, other) => one - other);
  return `openjdk-${versions[0] ?? 17}-jre-headless`;
}
