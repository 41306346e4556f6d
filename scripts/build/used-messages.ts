/**
 * Of the descriptions of Google's APIs that their clients load (protobuf messages, as JSON) those of the
 * services that are called here: a client turns all that it is given into code before its first call.
 *
 * @module
 */
import type { Plugin } from "esbuild";
import { readFile } from "node:fs/promises";
import { BuildProblem } from "./build-error.ts";

/** A namespace, a message, an enum or a service, as protobuf.js describes them in JSON. */
interface Description {
  nested?: Record<string, Description>;
  /** Of an enum. */
  values?: Record<string, number>;
  /** Of a message. */
  fields?: Record<string, { type: string; keyType?: string }>;
  /** Of a service. */
  methods?: Record<string, { requestType: string; responseType: string }>;
}

interface UsedService {
  /** How the path of the file ends that describes it. */
  file: RegExp;
  service: string;
  /** Those that are called. */
  methods: string[];
}

export const USED_SERVICES: UsedService[] = [
  {
    file: /@google-cloud\/firestore-api\/build\/protos\/protos\.json$/,
    service: "google.firestore.v1.Firestore",
    methods: ["BatchGetDocuments", "Commit", "RunAggregationQuery", "RunQuery"],
  },
  {
    file: /@google-cloud\/pubsub-api\/build\/protos\/protos\.json$/,
    service: "google.pubsub.v1.Publisher",
    methods: ["Publish"],
  },
];

/** The bundler's plugin that does it. */
export const usedMessages: Plugin = {
  name: "used-messages",
  setup(build) {
    for (const used of USED_SERVICES) {
      build.onLoad({ filter: used.file }, async ({ path }) => {
        const root = JSON.parse(await readFile(path, "utf8")) as Description;
        return { contents: JSON.stringify(onlyUsedBy(used, root)), loader: "json" };
      });
    }
  },
};

/**
 * The description without what these methods of a service do not need, by name: messages and enums of
 * fields, and what these need in turn. Throws a `BuildProblem` where the service or a method is not in it.
 */
export function onlyUsedBy(
  { service, methods }: Pick<UsedService, "service" | "methods">,
  root: Description,
): Description {
  const described = find(root, service);
  const missing = methods.find((method) => described?.methods?.[method] === undefined);
  if (described === undefined || missing !== undefined) {
    throw new BuildProblem(`There is no ${missing} of ${service} in the description of the API.`);
  }
  const used = new Set<string>();
  const visit = (name: string) => {
    const description = find(root, name);
    if (description === undefined || used.has(name)) return;
    used.add(name);
    for (const type of typesOf(only(methods, description))) {
      const found = resolve(root, type, name);
      if (found !== null) visit(found);
    }
  };
  visit(service);
  return prune(root, "", { used, methods });
}

/** A service with these methods alone; anything else as it is. */
function only(methods: string[], description: Description): Description {
  if (description.methods === undefined) return description;
  const kept = Object.entries(description.methods).filter(([name]) => methods.includes(name));
  return { ...description, methods: Object.fromEntries(kept) };
}

function typesOf({ fields = {}, methods = {} }: Description): string[] {
  return [
    ...Object.values(fields).map(({ type }) => type),
    ...Object.values(methods).flatMap(({ requestType, responseType }) => [
      requestType,
      responseType,
    ]),
  ];
}

function find(root: Description, name: string): Description | undefined {
  let found: Description | undefined = root;
  for (const part of name.split(".")) found = found?.nested?.[part];
  return found;
}

/**
 * The full name of what a description calls by a name: the innermost of that name, as seen from where it is
 * used. Null for what is no message or enum, such as `string`.
 */
function resolve(root: Description, name: string, from: string): string | null {
  if (name.startsWith(".")) return name.slice(1);
  for (let scope = from; ; scope = scope.slice(0, Math.max(0, scope.lastIndexOf(".")))) {
    const candidate = scope === "" ? name : `${scope}.${name}`;
    if (find(root, candidate) !== undefined) return candidate;
    if (scope === "") return null;
  }
}

interface Used {
  used: ReadonlySet<string>;
  methods: string[];
}

function prune(description: Description, name: string, { used, methods }: Used): Description {
  const kept = only(methods, description);
  if (kept.nested === undefined) return kept;
  const nested = Object.entries(kept.nested)
    .map(([key, child]) => [key, child, name === "" ? key : `${name}.${key}`] as const)
    .filter(([, , childName]) => isUsed(childName, used))
    .map(([key, child, childName]) => [key, prune(child, childName, { used, methods })] as const);
  return { ...kept, nested: Object.fromEntries(nested) };
}

function isUsed(name: string, used: ReadonlySet<string>): boolean {
  return used.has(name) || [...used].some((each) => each.startsWith(`${name}.`));
}
