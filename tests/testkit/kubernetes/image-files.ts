/**
 * What lies in the image of site Jobs: laid out as the image of Frappe's maintainers, with the fake bench in
 * place of Frappe, and of the system what the site scripts and the fakes call.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "./kubernetes-programs.ts";

/** Where the image of Frappe's maintainers has its bench. */
export const BENCH = "/home/frappe/frappe-bench";

/** Where the fakes lie. */
const FAKES = "/opt/fakes";

/** With the fake bench before everything else, and the machine's own client of MariaDB. */
export const IMAGE_PATH = `${FAKES}/fake-bench:/usr/local/bin:/usr/bin:/bin`;

export const ENTRYPOINT = "/usr/local/bin/entrypoint.sh";

/** The user of that image, and its group. */
export const FRAPPE = 1000;

const APPS = ["frappe", "erpnext"];

const LOCAL = fileURLToPath(new URL("../../../scripts/local/", import.meta.url));

const PROGRAMS = `
awk base64 basename bash cat chmod chown cmp cp cut date dd df dirname du env false find flock
grep gzip head hostname id kill ln ls mariadb mariadb-dump mkdir mktemp mv od printf ps pwd readlink realpath
rm rmdir sed seq setsid sh sha256sum sleep sort stat sync tail tar tee test timeout touch tr
true truncate uniq wc xargs
`
  .trim()
  .split(/\s+/);

/** Of Python's library what nobody who scripts a bench needs. */
const NOT_OF_PYTHON =
  /\/(__pycache__|test|tests|idlelib|tkinter|turtledemo|ensurepip|lib2to3|site-packages|dist-packages|config-[^/]+)(\/|$)/;

/** Writes what is the image's own into a directory that becomes its root. */
export function writeOwnFiles(root: string): void {
  const at = (path: string) => join(root, path);
  for (const folder of ["etc", "usr/bin", "usr/lib", "usr/lib64", "usr/local/bin", "dev", "proc"]) {
    mkdirSync(at(folder), { recursive: true });
  }
  for (const name of ["bin", "lib", "lib64"]) symlinkSync(`usr/${name}`, at(name));
  mkdirSync(at("tmp"));
  chmodSync(at("tmp"), 0o1777);
  writeFileSync(
    at("etc/passwd"),
    "root:x:0:0::/root:/bin/bash\nfrappe:x:1000:1000::/home/frappe:/bin/bash\n",
  );
  writeFileSync(at("etc/group"), "root:x:0:\nfrappe:x:1000:\n");
  for (const folder of ["fake-bench", "injected-faults.sh"]) {
    cpSync(join(LOCAL, folder), at(join(FAKES, folder)), { recursive: true });
  }
  const bench = ["sites", "apps", ...APPS.map((app) => join("apps", app))];
  for (const folder of ["/home/frappe", BENCH, ...bench.map((name) => join(BENCH, name))]) {
    mkdirSync(at(folder), { recursive: true });
    chownSync(at(folder), FRAPPE, FRAPPE);
  }
  symlinkSync(`${FAKES}/fake-bench/env`, at(join(BENCH, "env")));
  if (!isAtHome()) symlinkSync(describePython().executable, at("usr/bin/python3"));
  writeFileSync(at(ENTRYPOINT), ENTRYPOINT_SCRIPT, { mode: 0o755 });
}

/** As the maintainers' image: it becomes what it is asked to run. */
const ENTRYPOINT_SCRIPT = `#!/bin/bash
exec "$@"
`;

/** The files of this machine that come into the image at their own places, as paths without the first slash. */
export function systemFiles(): string[] {
  const programs = PROGRAMS.map((name) => {
    const path = findProgram(name, { PATH: "/usr/bin:/bin" });
    if (path === null) throw new Error(`there is no ${name} for the image`);
    return join("/usr/bin", basename(path));
  });
  const python = pythonFiles();
  const libraries = librariesOf([...programs, ...python.programs]);
  const locale = globSync("/usr/lib/locale/C.utf8/**/*").filter((path) => statSync(path).isFile());
  const all = [...programs, ...python.programs, ...python.library, ...libraries, ...locale];
  return [...new Set(all)].toSorted().map((path) => path.slice(1));
}

interface Python {
  executable: string;
  library: string;
}

/** The system's own where there is one: another may lie where only its owner can read. */
function describePython(): Python {
  const program = findProgram("python3", { PATH: "/usr/bin:/usr/local/bin" }) ?? "python3";
  const ask =
    "import sys, os; print(os.path.realpath(sys.executable), os.path.dirname(os.__file__), sep='\\n')";
  const [executable = "", library = ""] = output(program, ["-c", ask]).split("\n");
  return { executable, library };
}

function isAtHome(): boolean {
  return existsSync("/usr/bin/python3");
}

function pythonFiles(): { programs: string[]; library: string[] } {
  const { executable, library } = describePython();
  const files = globSync(`${library}/**/*`)
    .filter((path) => !NOT_OF_PYTHON.test(path.slice(library.length)))
    .filter((path) => existsSync(path) && statSync(path).isFile());
  const programs = [executable, ...(isAtHome() ? ["/usr/bin/python3"] : [])];
  return {
    programs: [...programs, ...files.filter((path) => path.endsWith(".so"))],
    library: files,
  };
}

/** What these link to, at the places behind the links of a merged /usr. */
function librariesOf(programs: string[]): string[] {
  // It ends with 1 where one of them is a script.
  const { stdout } = spawnSync("ldd", programs, { encoding: "utf8", maxBuffer: 1 << 26 });
  const paths = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
  return [...new Set(paths)].map((path) => join(realpathSync(dirname(path)), basename(path)));
}

function output(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program}: ${error?.message ?? stderr}`);
  return stdout.trim();
}
