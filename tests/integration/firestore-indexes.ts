/**
 * Which composite index a query needs in Firestore. The emulator answers a query without one; in the
 * cloud it fails.
 *
 * The rules are those of https://firebase.google.com/docs/firestore/query-data/index-overview: every
 * field has an index of its own, in both directions, and Firestore merges these where a query asks for
 * equality alone. A query that also has another order, or a range of another field, needs an index of
 * its equality fields, in any order, followed by what it is ordered by. Firestore could merge some of
 * these too, for a query that has the equality fields of several; it would then read the entries of
 * both, so such a query is given an index of its own here.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import protobuf from "protobufjs";
import type { SentMessage } from "../testkit/rest-proxy.ts";

const FIRESTORE = new URL("../../node_modules/@google-cloud/firestore/", import.meta.url);
const PROTOS = new URL("build/protos/v1.json", FIRESTORE);
const root = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(PROTOS, "utf8")) as protobuf.INamespace,
);

/** A StructuredQuery in JSON, which leaves out what is empty; of it what decides about indexes. */
interface StructuredQuery {
  from?: { collectionId: string; allDescendants?: boolean }[];
  where?: Filter;
  orderBy?: Order[];
  findNearest?: object;
}

interface Filter {
  compositeFilter?: { op: number; filters: Filter[] };
  fieldFilter?: { field: FieldReference; op: number };
  unaryFilter?: { field: FieldReference; op: number };
}

interface FieldReference {
  fieldPath: string;
}

interface Order {
  field: FieldReference;
  direction: number;
}

type Direction = "ASCENDING" | "DESCENDING";

/** A query, reduced to what decides about indexes. */
export interface AskedQuery {
  collection: string;
  equalities: string[];
  ranges: string[];
  orders: [field: string, direction: Direction][];
}

/** `IN` is asked as one query of equality for each of its values. */
const EQUALITIES = ["EQUAL", "IN", "IS_NULL", "IS_NAN"];
const RANGES = ["LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL"];

/** The document's id, which every index ends with, in the direction of the field before it. */
const NAME = "__name__";

/** The queries among what was sent to Firestore. A count asks a query too. */
export function queriesIn(messages: SentMessage[]): AskedQuery[] {
  return messages.flatMap(({ rpc, message }) => {
    const { structuredQuery: asked, structuredAggregationQuery } = message as Request;
    if (rpc === "RunQuery") return toQuery(asked);
    if (rpc !== "RunAggregationQuery") return [];
    const { structuredQuery, aggregations } = structuredAggregationQuery ?? {};
    if (aggregations?.some((aggregation) => aggregation["count"] === undefined)) {
      throw new Error("a sum or an average needs an index that is not known here");
    }
    return toQuery(structuredQuery);
  });
}

interface Request {
  structuredQuery?: StructuredQuery;
  structuredAggregationQuery?: {
    structuredQuery?: StructuredQuery;
    aggregations?: Record<string, unknown>[];
  };
}

function toQuery(query: StructuredQuery | undefined): AskedQuery {
  const [from, ...others] = query?.from ?? [];
  if (
    query === undefined ||
    from === undefined ||
    others.length > 0 ||
    from.allDescendants === true
  ) {
    throw new Error("not a query of one collection");
  }
  if (query.findNearest !== undefined) throw new Error("a vector query is not known here");
  const filters = query.where === undefined ? [] : conjuncts(query.where);
  const fieldsOf = (ops: string[]) => [
    ...new Set(filters.filter(({ op }) => ops.includes(op)).map(({ field }) => field)),
  ];
  return {
    collection: from.collectionId,
    equalities: fieldsOf(EQUALITIES).toSorted(),
    ranges: fieldsOf(RANGES),
    orders: (query.orderBy ?? []).map(({ field, direction }) => [
      field.fieldPath,
      nameIn("Direction", direction) as Direction,
    ]),
  };
}

/** The conditions that must hold together. */
function conjuncts(filter: Filter): { field: string; op: string }[] {
  const { compositeFilter, fieldFilter, unaryFilter } = filter;
  if (compositeFilter !== undefined) {
    const op = nameIn("CompositeFilter.Operator", compositeFilter.op);
    if (op !== "AND") throw new Error(`which index ${op} needs is not known here`);
    return compositeFilter.filters.flatMap(conjuncts);
  }
  const op =
    fieldFilter === undefined
      ? nameIn("UnaryFilter.Operator", unaryFilter?.op)
      : nameIn("FieldFilter.Operator", fieldFilter.op);
  const { field } = fieldFilter ?? unaryFilter ?? {};
  if (field === undefined || ![...EQUALITIES, ...RANGES].includes(op)) {
    throw new Error(`which index ${op} needs is not known here`);
  }
  return [{ field: field.fieldPath, op }];
}

/** The client sends the numbers of an enum's values. */
function nameIn(enumeration: string, value: number | undefined): string {
  const { valuesById } = root.lookupEnum(`google.firestore.v1.StructuredQuery.${enumeration}`);
  return valuesById[value ?? -1] ?? `${enumeration} ${value}`;
}

/** The composite index that a query needs, as text; null where the fields' own indexes will do. */
export function neededIndex({ collection, equalities, ranges, orders }: AskedQuery): string | null {
  const sorted = orders.filter(([field]) => field !== NAME && !equalities.includes(field));
  const direction = sorted.at(-1)?.[1] ?? "ASCENDING";
  // Firestore orders by the fields of ranges whether or not it is told to.
  const unsorted = ranges.filter((range) => !sorted.some(([field]) => field === range));
  for (const field of unsorted) sorted.push([field, direction]);
  const byName = orders.find(([field]) => field === NAME);
  if (byName !== undefined && byName[1] !== direction) sorted.push(byName);
  const fields = [...equalities.map((field) => [field, "ASCENDING"]), ...sorted];
  if (sorted.length === 0 || fields.length === 1) return null;
  return indexText(collection, fields as [string, string][]);
}

/** An index as one line: `collection: field ASCENDING, field DESCENDING`. */
export function indexText(collection: string, fields: [field: string, order: string][]): string {
  return `${collection}: ${fields.map((field) => field.join(" ")).join(", ")}`;
}
