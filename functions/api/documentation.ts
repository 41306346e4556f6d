/**
 * The API's documentation: the OpenAPI document, and two ways to read it in a browser.
 *
 * @module
 */
import packageJson from "../../package.json" with { type: "json" };
import type { ApiResponse } from "./app.ts";
import { openApiDocument } from "./openapi.ts";
import { Problem } from "./problem.ts";

const document = openApiDocument(packageJson.version);

/** Answers with a page, with what it loads, or with the document itself. */
export async function readDocumentation(path: string): Promise<ApiResponse> {
  if (path === "/openapi.json") return { status: 200, body: document };
  throw new Problem(404, "There is nothing at this path.");
}
