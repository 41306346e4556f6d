/**
 * A fake of a bench's image: the directory in which its containers work, with apps of some versions, and patches that a
 * migration to them makes.
 *
 * @module
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAKE_BENCH_DIRECTORY } from "./fake-database.ts";

/** An app as an image has it. */
export interface AppOfImage {
  version: string;
  patches?: string[];
}

/** Makes the directory, with `sites` leading to where the bench's sites are. */
export function makeFakeImage(
  directory: string,
  sites: string,
  apps: Readonly<Record<string, AppOfImage>>,
): void {
  mkdirSync(directory, { recursive: true });
  symlinkSync(join(FAKE_BENCH_DIRECTORY, "env"), join(directory, "env"));
  symlinkSync(sites, join(directory, "sites"));
  putApps(directory, apps);
}

/** Puts other apps into an image. */
export function putApps(directory: string, apps: Readonly<Record<string, AppOfImage>>): void {
  rmSync(join(directory, "apps"), { recursive: true, force: true });
  for (const [app, { version, patches = [] }] of Object.entries(apps)) {
    const module = join(directory, "apps", app, app);
    mkdirSync(module, { recursive: true });
    writeFileSync(join(module, "__init__.py"), `__version__ = "${version}"\n`);
    writeFileSync(join(module, "patches.txt"), patches.map((patch) => `${patch}\n`).join(""));
  }
}

/** The version that an image's tag names, such as `v16.32.3`; of another one, none is above. */
function versionOfImage(image: string): string {
  return /:v?(\d+(?:\.\d+)*)$/.exec(image)?.[1] ?? "16.0.0";
}

/** The apps that an image has by its tag: Frappe and those given. Each has two patches for the version. */
export function appsOfImage(image: string, apps: readonly string[]): Record<string, AppOfImage> {
  const version = versionOfImage(image);
  const series = `v${version.replaceAll(".", "_")}`;
  const patchesOf = (app: string) => [1, 2].map((n) => `${app}.patches.${series}.patch_${n}`);
  const all = new Set(["frappe", ...apps]);
  return Object.fromEntries(
    [...all].map((app) => [app, { version, patches: patchesOf(app) }] as const),
  );
}
