/**
 * The kinds of malformed requests, and the statuses that show that a kind reaches what it is aimed at.
 *
 * @module
 */
import {
  brokenJson,
  duplicateKeys,
  encodings,
  prototypeKeys,
  reservedNames,
  strangeTexts,
  vastJson,
  wrongLengths,
  wrongTypes,
} from "./fuzzed-bodies.ts";
import { framing, noHttp, pipelines } from "./fuzzed-framing.ts";
import { goods, wellMeant } from "./valid-requests.ts";
import { contentTypes, credentials, oddHeaders, vastHeaders } from "./fuzzed-headers.ts";
import { breakingOff, chunks, hugeBodies } from "./fuzzed-lengths.ts";
import type { Malformed } from "./fuzzed-request.ts";
import { methods, paths, queries } from "./fuzzed-targets.ts";

export interface Kind {
  name: string;
  requests: Malformed;
  /** Each of which must be among the answers to 45 of its requests. */
  statuses: number[];
}

export const KINDS: Kind[] = [
  { name: "good requests", requests: goods().map(wellMeant), statuses: [200, 201, 202] },
  { name: "fields of wrong types", requests: wrongTypes, statuses: [422] },
  { name: "texts at their limits", requests: wrongLengths, statuses: [422] },
  { name: "texts of all scripts and of none", requests: strangeTexts, statuses: [422] },
  { name: "names that nobody may have", requests: reservedNames, statuses: [422] },
  { name: "a prototype's keys", requests: prototypeKeys, statuses: [422] },
  { name: "keys that are there twice", requests: duplicateKeys, statuses: [200, 422] },
  { name: "deep, wide and long JSON", requests: vastJson, statuses: [422] },
  { name: "broken JSON", requests: brokenJson, statuses: [400] },
  { name: "other encodings", requests: encodings, statuses: [400, 415, 422] },
  { name: "types that the body is not of", requests: contentTypes, statuses: [415] },
  { name: "wrong keys and tokens", requests: credentials, statuses: [200, 401] },
  { name: "odd headers", requests: oddHeaders, statuses: [200, 201, 202] },
  { name: "more headers than Node takes", requests: vastHeaders, statuses: [431] },
  { name: "odd paths", requests: paths, statuses: [400, 404] },
  { name: "odd queries", requests: queries, statuses: [200, 422] },
  { name: "all methods", requests: methods, statuses: [405] },
  { name: "requests that break off", requests: breakingOff, statuses: [400] },
  { name: "chunks, sound and broken", requests: chunks, statuses: [201, 400] },
  { name: "bodies at the limit and beyond", requests: hugeBodies, statuses: [413] },
  { name: "HTTP at its adapters", requests: framing, statuses: [200, 400] },
  { name: "several requests at once", requests: pipelines, statuses: [200, 201, 202] },
  { name: "what is no HTTP", requests: noHttp, statuses: [400] },
];
