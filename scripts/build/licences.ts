/**
 * The licences of the packages that a function holds, which must be passed on with them.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  packageFolderOf,
  readRepositoryFile,
  readRepositoryJson,
  repository,
} from "../repository.ts";

export const LICENCES_NAME = "THIRD_PARTY_LICENCES.txt";

/** The texts of the licences of all packages that these files are of, by package. */
export function licencesOf(files: string[]): string {
  const folders = new Set(files.map(packageFolderOf).filter((folder) => folder !== null));
  const sections = [...folders].toSorted().map(sectionOf);
  return [...new Set(sections)].join(`\n${"-".repeat(80)}\n\n`);
}

function sectionOf(folder: string): string {
  const { name, version, license } = readRepositoryJson(`${folder}/package.json`) as {
    name: string;
    version: string;
    license?: unknown;
  };
  const texts = readdirSync(join(repository, folder))
    .filter((file) => /^(licen[cs]e|notice|copying)\b/i.test(file))
    .toSorted()
    .map((file) =>
      Buffer.from(readRepositoryFile(`${folder}/${file}`))
        .toString()
        .trim(),
    );
  return `${[`${name} ${version} (${String(license)})`, ...texts].join("\n\n")}\n`;
}
