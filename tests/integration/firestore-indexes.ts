/**
 * Which composite index a query needs in Firestore. The emulator answers a query without one; in the
 * cloud it fails.
 *
 * The rules are those of https://firebase.google.com/docs/firestore/query-data/index-overview: every
 * field has an index of its own, in both directions, and Firestore merges these where a query asks for
 * equality alone. A query that also has another order, or a range of another field, needs an index of
 * its equality fields, in any order, followed by what it is ordered by. Where it has several equality fields,
 * Firestore also merges indexes that have some of them each, and end in the same order. It then reads entries
 * of all of them, up to as many as the one has that finds the fewest. A query with OR is asked as one for each alternative.
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
    if (rpc === "RunQuery") return toQueries(asked);
    if (rpc !== "RunAggregationQuery") return [];
    const { structuredQuery, aggregations } = structuredAggregationQuery ?? {};
    if (aggregations?.some((aggregation) => aggregation["count"] === undefined)) {
      throw new Error("a sum or an average needs an index that is not known here");
    }
    return toQueries(structuredQuery);
  });
}

interface Request {
  structuredQuery?: StructuredQuery;
  structuredAggregationQuery?: {
    structuredQuery?: StructuredQuery;
    aggregations?: Record<string, unknown>[];
  };
}

function toQueries(query: StructuredQuery | undefined): AskedQuery[] {
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
  const alternatives = query.where === undefined ? [[]] : alternativesOf(query.where);
  return alternatives.map((conditions) => ({
    collection: from.collectionId,
    equalities: fieldsOf(conditions, EQUALITIES).toSorted(),
    ranges: fieldsOf(conditions, RANGES),
    orders: (query.orderBy ?? []).map(({ field, direction }) => [
      field.fieldPath,
      nameIn("Direction", direction) as Direction,
    ]),
  }));
}

interface Condition {
  field: string;
  op: string;
}

const fieldsOf = (conditions: Condition[], ops: string[]) => [
  ...new Set(conditions.filter(({ op }) => ops.includes(op)).map(({ field }) => field)),
];

/** The conditions that must hold together, of which those of one alternative are enough. */
function alternativesOf(filter: Filter): Condition[][] {
  const { compositeFilter } = filter;
  if (compositeFilter === undefined) return [[toCondition(filter)]];
  const parts = compositeFilter.filters.map(alternativesOf);
  return nameIn("CompositeFilter.Operator", compositeFilter.op) === "OR"
    ? parts.flat()
    : parts.reduce((all, part) => all.flatMap((some) => part.map((more) => [...some, ...more])));
}

function toCondition({ fieldFilter, unaryFilter }: Filter): Condition {
  const op =
    fieldFilter === undefined
      ? nameIn("UnaryFilter.Operator", unaryFilter?.op)
      : nameIn("FieldFilter.Operator", fieldFilter.op);
  const { field } = fieldFilter ?? unaryFilter ?? {};
  if (field === undefined || ![...EQUALITIES, ...RANGES].includes(op)) {
    throw new Error(`which index ${op} needs is not known here`);
  }
  return { field: field.fieldPath, op };
}

/** The client sends the numbers of an enum's values. */
function nameIn(enumeration: string, value: number | undefined): string {
  const { valuesById } = root.lookupEnum(`google.firestore.v1.StructuredQuery.${enumeration}`);
  return valuesById[value ?? -1] ?? `${enumeration} ${value}`;
}

/** The composite index that a query needs, as text; null where the fields' own indexes will do. */
export function neededIndex(query: AskedQuery): string | null {
  const order = orderOf(query);
  const fields = [...query.equalities.map(ascending), ...order];
  if (order.length === 0 || fields.length === 1) return null;
  return indexText(query.collection, fields);
}

/** Which of the indexes serve a query: its own, or several that are merged; none where it would fail. */
export function servingIndexes(query: AskedQuery, indexes: ReadonlySet<string>): string[] {
  const needed = neededIndex(query);
  if (needed === null) return [];
  if (indexes.has(needed)) return [needed];
  const parts = partsOf(query.equalities).map((some) => ({
    some,
    text: indexText(query.collection, [...some.map(ascending), ...orderOf(query)]),
  }));
  const found = parts.filter(({ text }) => indexes.has(text));
  const covered = new Set(found.flatMap(({ some }) => some));
  return query.equalities.every((field) => covered.has(field)) ? found.map(({ text }) => text) : [];
}

/** What a query is ordered by beside what it has only one value of. */
function orderOf({ equalities, ranges, orders }: AskedQuery): AskedQuery["orders"] {
  const sorted = orders.filter(([field]) => field !== NAME && !equalities.includes(field));
  const direction = sorted.at(-1)?.[1] ?? "ASCENDING";
  // Firestore orders by the fields of ranges whether or not it is told to.
  const unsorted = ranges.filter((range) => !sorted.some(([field]) => field === range));
  for (const field of unsorted) sorted.push([field, direction]);
  const byName = orders.find(([field]) => field === NAME);
  if (byName !== undefined && byName[1] !== direction) sorted.push(byName);
  return sorted;
}

const ascending = (field: string): [string, Direction] => [field, "ASCENDING"];

/** Every choice of some fields, but not of none. */
function partsOf(fields: string[]): string[][] {
  let parts: string[][] = [[]];
  for (const field of fields) parts = parts.concat(parts.map((part) => [...part, field]));
  return parts.slice(1);
}

/** An index as one line: `collection: field ASCENDING, field DESCENDING`. */
export function indexText(collection: string, fields: [field: string, order: string][]): string {
  return `${collection}: ${fields.map((field) => field.join(" ")).join(", ")}`;
}
