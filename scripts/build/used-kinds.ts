/**
 * Of the Kubernetes client the kinds of objects that the cluster edge sends or receives, and what these consist
 * of. The client has one table of all kinds there are, hundreds, each a class that it makes when it is loaded.
 *
 * A kind that is missing in the table is sent and received as it is, with no dates made of its times: so a kind
 * that is used and not named here would only be noticed by who reads those.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BuildProblem } from "./problem.ts";

const USED_KINDS = ["V1DeleteOptions", "V1Job", "V1JobList", "V1PodList", "V1Secret", "V1Status"];

const TABLE = /@kubernetes\/client-node\/dist\/gen\/models\/ObjectSerializer\.js$/;

/** A line of the table's file that is about one kind, and the kind: it imports, exports or enters it. */
const LINE =
  /^(?:import \{ (\w+) \} from '\.\.\/models\/\w+\.js';|export \* from '\.\.\/models\/(\w+)\.js';| {4}"(\w+)": \3,)$/;

/** The bundler's plugin that does it. */
export const usedKinds: Plugin = {
  name: "used-kinds",
  setup(build) {
    // Its modules only define, but its package.json does not say so, and nothing would be left out.
    build.onResolve({ filter: /./ }, async ({ path, pluginData, ...where }) => {
      const isOfClient = /@kubernetes\/client-node/.test(`${path} ${where.importer}`);
      if (!isOfClient || pluginData === usedKinds) return null;
      const options = { ...where, pluginData: usedKinds };
      const resolved = await build.resolve(path, options);
      return /@kubernetes\/client-node\//.test(resolved.path)
        ? { ...resolved, sideEffects: false }
        : resolved;
    });
    build.onLoad({ filter: TABLE }, async ({ path }) => {
      const used = await closureOf(USED_KINDS, dirname(path));
      return { contents: onlyKinds(used, await readFile(path, "utf8")), loader: "js" };
    });
  },
};

/** The kinds with all that they consist of. Throws a `BuildProblem` where one is not the client's. */
async function closureOf(kinds: string[], models: string): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const visit = async (kind: string): Promise<void> => {
    if (used.has(kind)) return;
    const source = await readFile(join(models, `${kind}.js`), "utf8").catch(() => null);
    if (source === null) return;
    used.add(kind);
    for (const part of partsOf(source)) await visit(part);
  };
  for (const kind of kinds) {
    await visit(kind);
    if (!used.has(kind)) throw new BuildProblem(`The Kubernetes client knows no ${kind}.`);
  }
  return used;
}

/** What a kind's attributes are of, within arrays and maps too. */
function partsOf(source: string): string[] {
  const types = source.matchAll(/^\s+"type": "(.*)",$/gm);
  return [...types].flatMap(([, type = ""]) => type.match(/\w+/g) ?? []);
}

/** The table's file without the lines of all other kinds. */
export function onlyKinds(used: ReadonlySet<string>, source: string): string {
  const lines = source.split("\n").filter((line) => {
    const [, imported, exported, entered] = LINE.exec(line) ?? [];
    const kind = imported ?? exported ?? entered;
    return kind === undefined || used.has(kind);
  });
  return lines.join("\n");
}
