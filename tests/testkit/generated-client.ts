/**
 * A client of the API that a public generator, oazapfts, makes from its OpenAPI document.
 *
 * @module
 */
import type { Defaults } from "@oazapfts/runtime";
import { generateSource } from "oazapfts";
import { spawnSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { repository } from "../../scripts/repository.ts";

export interface ClientAnswer {
  status: number;
  headers: Headers;
  data: Record<string, unknown>;
}

type Operation = (...args: unknown[]) => Promise<ClientAnswer>;

export interface GeneratedClient {
  /** The file that the generator wrote. */
  file: string;
  /** Where the client calls, and with which headers. */
  defaults: Defaults;
  /** Calls an operation by its id: with its path parameters, then its body or its query. */
  call: (operationId: string, ...args: unknown[]) => Promise<ClientAnswer>;
}

/** Generates a client into a directory, and imports it. */
export async function generateClient(
  document: unknown,
  directory: string,
): Promise<GeneratedClient> {
  const source = join(directory, "openapi.json");
  const file = join(directory, "client.ts");
  writeFileSync(source, JSON.stringify(document));
  writeFileSync(file, await generateSource(source, { useUnknown: true }));
  // The client finds the generator's runtime from where it lies.
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  const { defaults, ...operations } = (await import(pathToFileURL(file).href)) as {
    defaults: GeneratedClient["defaults"];
  } & Record<string, Operation>;
  return {
    file,
    defaults,
    call(operationId, ...args) {
      const operation = operations[operationId];
      if (operation === undefined) throw new Error(`the client has no ${operationId}`);
      return operation(...args);
    },
  };
}

/** Gives what the compiler has to say of a generated client; nothing when its types are right. */
export function checkTypes({ file }: GeneratedClient): string {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const flags =
    "--ignoreConfig --noEmit --strict --erasableSyntaxOnly --skipLibCheck --module nodenext " +
    "--target es2024 --types node";
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, ...flags.split(" "), file],
    { encoding: "utf8" },
  );
  return status === 0 ? "" : `the compiler ended with ${status}: ${stdout}${stderr}`;
}
