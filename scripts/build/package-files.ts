/**
 * The package.json and package-lock.json by which the platform installs what a function's bundle leaves out.
 *
 * The platform runs `npm ci` where there is a lock file, and would take the newest versions that fit where
 * there is none. The lock is cut out of the repository's own: what is deployed is what was tested, and neither
 * npm nor a registry is asked, either of which could answer differently tomorrow.
 *
 * @module
 */
import { BuildProblem } from "./build-error.ts";

/** The parts of a package.json that count here. */
export interface Manifest {
  name: string;
  version: string;
  license: string;
  dependencies: Record<string, string>;
}

/** A package of a lock file, of which only the edges to others are looked at. */
interface LockedPackage {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  [field: string]: unknown;
}

export interface Lock {
  lockfileVersion: number;
  packages: Record<string, LockedPackage>;
}

/** The runtime's: with a range, the platform might take a later one than it has been told. */
const ENGINES = { node: "24.x" };

/** What is a function's own in its package.json. */
interface FunctionPackage {
  name: string;
  main: string;
  /** The packages that are installed beside it. */
  external: readonly string[];
}

/** The package.json of a function that is a bundle beside these packages. */
export function functionManifest(project: Manifest, { name, main, external }: FunctionPackage) {
  return {
    name: `${project.name}-${name}`,
    version: project.version,
    private: true,
    license: project.license,
    type: "module",
    main,
    engines: ENGINES,
    dependencies: Object.fromEntries(
      external.map((dependency) => [dependency, exactVersion(project, dependency)]),
    ),
  };
}

function exactVersion({ dependencies }: Manifest, name: string): string {
  const version = dependencies[name] ?? "";
  if (/^\d+\.\d+\.\d+$/.test(version)) return version;
  throw new BuildProblem(`package.json must name one exact version of ${name}, not "${version}".`);
}

/** The part of the project's lock that a function needs, as npm would write it. */
export function functionLock(project: Lock, manifest: ReturnType<typeof functionManifest>) {
  const { name, version, license, engines, dependencies } = manifest;
  const needed = closure(project, Object.keys(dependencies)).toSorted();
  return {
    name,
    version,
    lockfileVersion: project.lockfileVersion,
    requires: true,
    packages: {
      "": { name, version, license, dependencies, engines },
      ...Object.fromEntries(needed.map((path) => [path, project.packages[path]])),
    },
  };
}

/** The paths of these packages, and of all that they need in turn. */
function closure(lock: Lock, names: string[]): string[] {
  const paths = new Set<string>();
  const visit = (from: string, name: string, isRequired: boolean) => {
    const path = resolve(lock, from, name);
    if (path === null && isRequired) {
      throw new BuildProblem(`package-lock.json does not hold ${name}, which ${from} needs.`);
    }
    if (path === null || paths.has(path)) return;
    paths.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = lock.packages[path] ?? {};
    const optional = { ...peerDependencies, ...optionalDependencies };
    // npm writes an optional dependency under `dependencies` too.
    for (const each of Object.keys({ ...dependencies, ...optional })) {
      visit(path, each, !(each in optional));
    }
  };
  for (const name of names) visit("", name, true);
  return [...paths];
}

/** Where Node finds a package from within another: in the innermost node_modules that holds it. */
function resolve({ packages }: Lock, from: string, name: string): string | null {
  for (let folder = from; ; folder = folderAround(folder)) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === "") return null;
  }
}

/** The package in whose node_modules one lies; "" is the project. */
function folderAround(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/")));
}
