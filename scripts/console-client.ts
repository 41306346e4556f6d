/**
 * `npm run console:client`: writes the console's client of the API, which oazapfts makes from the OpenAPI document.
 *
 * @module
 */
import { generateSource } from "oazapfts";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openApiDocument } from "../functions/api/docs/openapi-document.ts";
import { ENDPOINTS } from "../functions/api/endpoints.ts";
import { repository } from "./repository.ts";

export const CONSOLE_CLIENT = "functions/api/console/app/client/api-client.ts";

/** The file, as it is to be committed. It bears no version, so that a release does not change it. */
export async function consoleClient(): Promise<string> {
  // The generator reads a file.
  const directory = mkdtempSync(join(tmpdir(), "console-client-"));
  try {
    const source = join(directory, "openapi.json");
    writeFileSync(source, JSON.stringify(openApiDocument(ENDPOINTS, "")));
    return await generateSource(source, { useUnknown: true });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.main) {
  writeFileSync(join(repository, CONSOLE_CLIENT), await consoleClient());
  console.log(`${CONSOLE_CLIENT} is written`);
}
