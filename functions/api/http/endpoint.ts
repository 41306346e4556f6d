/**
 * What an endpoint is: a method and a path, what comes in and how it is answered, and the handler that
 * does it. Each is defined in a file of its own and listed in `endpoints.ts`.
 *
 * @module
 */
import type { FromSchema, JSONSchema } from "json-schema-to-ts";
import type { ApiSettings } from "../../../shared/configuration/settings.ts";
import type { Bucket } from "../../../shared/backups/bucket.ts";
import type { Store } from "../../../shared/firestore/store.ts";
import type { Bus } from "../../../shared/pubsub/bus.ts";
import type { Requester } from "../../../shared/tenant/tenant.ts";
import type { Role } from "../auth/authenticate.ts";
import type { Estimates } from "../history/estimates.ts";
import { bodyParserOf, queryParserOf } from "./parse-input.ts";
import type { RequestIdentity } from "./request-identity.ts";
import type { ApiResponse } from "./response.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** The headers that an answer may bear beside those that all have. */
export type AnswerHeader = "Location" | "ETag" | "Retry-After";

/** One way in which an endpoint may be answered. */
export interface AnswerSpec {
  description: string;
  /** Of the JSON body; none where there is no body. */
  schema?: JSONSchema;
  headers?: readonly AnswerHeader[];
}

/** What is said of an endpoint: routes, validation and documentation are made of it. */
export interface EndpointSpec {
  method: Method;
  /** A template: `{id}` stands for a tenant's id, `{op}` for an operation's, `{domain}` for a domain, `{backup}` for a backup's, `{rollout}` for a rollout's. */
  path: string;
  summary: string;
  description?: string;
  /** Whether it answers anybody. */
  isPublic?: true;
  /** Whether only operators may read it: what is answered opens a site or a customer's data. Whatever changes something is theirs alone anyhow. */
  isForOperators?: true;
  query?: JSONSchema | undefined;
  body?: JSONSchema | undefined;
  /** Whether no body at all is as good as `{}`. */
  isBodyOptional?: true;
  /** By status. With a 304 among them, answers have an `ETag`. */
  answers: Readonly<Record<number, AnswerSpec>>;
}

/** What a handler works with. */
export interface ApiDependencies {
  store: Store;
  bus: Bus;
  settings: ApiSettings;
  estimates: Estimates;
  /** Not there where there are no backups. */
  bucket?: Bucket | null | undefined;
}

/** A request to an endpoint, with all that came in validated. */
export interface Call<Body = unknown, Query = unknown> {
  body: Body;
  query: Query;
  /** From the path; empty where the path has none. */
  tenantId: string;
  /** Likewise. It need not be one of this tenant's. */
  operationId: string;
  /** Likewise, in lower case: a custom domain. */
  domain: string;
  /** Likewise. It need not be one of this tenant's. */
  backupId: string;
  /** Likewise. */
  rolloutId: string;
  /** Who asks; nobody of a public endpoint. */
  requestedBy: Requester;
  /** What whoever asks may do; of a public endpoint the least. */
  role: Role;
  /** By which a repetition is recognised; null where the caller gave no key. */
  identity: RequestIdentity | null;
}

type Handler<Body, Query> = (
  call: Call<Body, Query>,
  dependencies: ApiDependencies,
) => Promise<ApiResponse>;

/** An endpoint as it is written: its handler is typed by its schemas. */
interface Definition<
  Body extends JSONSchema | undefined,
  Query extends JSONSchema | undefined,
> extends EndpointSpec {
  body?: Body;
  query?: Query;
  handle: Handler<InputOf<Body>, InputOf<Query>>;
}

/** What a schema lets in; nothing comes in without one. */
type InputOf<S> = S extends JSONSchema ? FromSchema<S> : undefined;

/** An endpoint, seen as any of them. */
export interface Endpoint extends EndpointSpec {
  /** The body as its schema types it; undefined where the endpoint takes none. Throws a `Problem`. */
  parseBody: (body: unknown) => unknown;
  /** The query, likewise. What its schema does not know is ignored. */
  parseQuery: (query: URLSearchParams) => unknown;
  /** Is called with nothing but what these two have let in. */
  handle: Handler<unknown, unknown>;
}

/** Defines an endpoint. */
export function defineEndpoint<
  const Body extends JSONSchema | undefined = undefined,
  const Query extends JSONSchema | undefined = undefined,
>(definition: Definition<Body, Query>): Endpoint {
  return {
    ...definition,
    parseBody: bodyParserOf(definition.body),
    parseQuery: queryParserOf(definition.query),
    // The one place where the compiler cannot see that both parsers are of the handler's own schemas.
    handle: definition.handle as Endpoint["handle"],
  };
}

/** Whether a repeated request shall be recognised by its `Idempotency-Key`. */
export function takesIdempotencyKey({ method }: Pick<EndpointSpec, "method">): boolean {
  return method === "POST" || method === "PUT" || method === "DELETE";
}
