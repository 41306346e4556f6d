/**
 * A public linter's view of an OpenAPI document: Redocly's, with the rules that it recommends.
 *
 * @module
 */
import { BaseResolver, createConfig, lintFromString, ResolveError } from "@redocly/openapi-core";
import type { NormalizedProblem } from "@redocly/openapi-core";

const config = createConfig({ extends: ["recommended"] });

/** Gives what the linter finds, errors and warnings, a sentence each. */
export async function lintOpenApi(document: unknown): Promise<string[]> {
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: "openapi.json",
    config: await config,
    externalRefResolver: new NoOtherDocument(),
  });
  return problems.map(toSentence);
}

/** The linter would fetch a document that is referred to. Ours is whole. */
class NoOtherDocument extends BaseResolver {
  override loadExternalRef(url: string): Promise<never> {
    return Promise.reject(new ResolveError(new Error(`${url} is another document`)));
  }
}

function toSentence({ severity, ruleId, message, location }: NormalizedProblem): string {
  const pointers = location.map(({ pointer }) => pointer ?? "#");
  return `${severity} at ${pointers.join(", ")}: ${message} (${ruleId})`;
}
