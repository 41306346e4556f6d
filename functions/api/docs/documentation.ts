/**
 * The API's documentation: the OpenAPI document, and two ways to read it in a browser.
 *
 * @module
 */
import packageJson from "../../../package.json" with { type: "json" };
import { ENDPOINTS } from "../endpoints.ts";
import type { ApiResponse } from "../http/response.ts";
import { readDocsFile } from "./pages.ts";
import { openApiDocument } from "./openapi-document.ts";
import { Problem } from "../http/problem.ts";

/** Made when it is first asked for, and not whenever an instance starts. */
let document: ReturnType<typeof openApiDocument> | undefined;

/** Answers with the document, with a page, or with what a page loads. */
export async function readDocumentation(path: string): Promise<ApiResponse> {
  if (path === "/openapi.json") {
    document ??= openApiDocument(ENDPOINTS, packageJson.version);
    return { status: 200, body: document };
  }
  const file = await readDocsFile(path);
  if (file === null) throw new Problem(404, "There is nothing at this path.");
  const { headers, contentType, body } = file;
  return { status: 200, headers: { ...headers, "Content-Type": contentType }, content: body };
}
