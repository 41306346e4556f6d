/**
 * The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html), made of what
 * the endpoints say of themselves. Pure.
 *
 * @module
 */
import { PORTABLE_PATTERNS } from "../../../shared/tenant/field-schemas.ts";
import { takesIdempotencyKey } from "../http/endpoint.ts";
import type { AnswerHeader, AnswerSpec, EndpointSpec } from "../http/endpoint.ts";
import { nameOf } from "../http/named-schema.ts";
import {
  idempotencyKeySchema,
  ifNoneMatchSchema,
  PATH_PARAMETERS,
} from "../http/parameter-schemas.ts";
import { problemSchema } from "../http/problem.ts";
import { COMMAND_NAMES, OPTION_NAMES } from "./command-names.ts";

type Json = Record<string, unknown>;

/** The API's endpoints by their ids. */
type Endpoints = Readonly<Record<string, EndpointSpec>>;

const HEADERS: Record<AnswerHeader, Json> = {
  Location: {
    description: "The path of what was created, or of the operation that carries out the command.",
    required: true,
    schema: { type: "string" },
  },
  ETag: {
    description: "Names this very answer, for `If-None-Match`.",
    required: true,
    schema: { type: "string" },
  },
  "Retry-After": {
    description: "Seconds until it is worth asking again.",
    schema: { type: "integer" },
  },
};

/** The ways in which any endpoint may be refused before it begins, by status. */
const REFUSALS: Record<number, Refusal> = {
  400: { name: "Malformed", description: "The request cannot be understood." },
  401: {
    name: "Unauthorized",
    description: "No valid key or token was sent.",
    headers: { "WWW-Authenticate": "How to say who calls." },
  },
  403: {
    name: "Forbidden",
    description:
      "The account may not call, the caller may only read, or it signed in at Identity-Aware Proxy and the page that asks is of another origin; `error` says which.",
  },
  413: { name: "TooLarge", description: "The body has more than 64 KiB." },
  415: { name: "UnsupportedType", description: "The body is not plain JSON." },
  422: { name: "Invalid", description: "`errors` says what is invalid." },
  429: {
    name: "TooManyRequests",
    description: "Too many requests, or too many failed attempts from this address.",
    headers: { "Retry-After": "Seconds until the next one is taken." },
  },
  503: {
    name: "Unavailable",
    description:
      "The database does not answer, or Google's keys cannot be read. Nothing is lost by trying again.",
    headers: { "Retry-After": "Seconds until it is worth trying again." },
  },
};

interface Refusal {
  name: string;
  description: string;
  /** Headers that it always bears, with what they say. */
  headers?: Record<string, string>;
}

const REQUEST_ID = { "X-Request-ID": { $ref: "#/components/headers/RequestId" } };

const DESCRIPTION = `\
Creates, watches, suspends, resumes and deletes Frappe tenants, and tells what happened to them.

**Who may call**: whoever sends one of the keys as \`X-API-Key\`, or a Google ID token of an allowed \
account as \`Authorization: Bearer\`, or comes with such an account through Identity-Aware Proxy where that is \
set up. Some may only read: \`GET /caller\` says who one is, and what one may do. Failed attempts are limited by address, for each instance of the \
service.

**Repeating**: give every \`POST\` and \`DELETE\` an \`Idempotency-Key\`, and the same request may be \
repeated for 24 hours: it takes effect once, and is answered as it was the first time. With another \
body the key is refused. Keys belong to their caller.

**Errors** are \`application/problem+json\` (RFC 9457); \`errors\` names the fields.

**New fields** may be added to answers: ignore what you do not know.`;

/** How a shell signs in: restish 2 asks for nothing and stores no key, but reads it from this variable at each call. */
const SHELL_SIGN_IN = { security: "ApiKey", params: { value: "env:KAIROS_API_KEY" } };

/** The document of this version of the API. */
export function openApiDocument(endpoints: Endpoints, version: string): Json {
  return {
    openapi: "3.1.1",
    info: {
      title: "Kairos Control Plane",
      version,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: ".", description: "This service" }],
    security: [{ ApiKey: [] }, { GoogleIdToken: [] }],
    tags: [
      { name: "Tenants", description: "The life of a tenant." },
      { name: "Operations", description: "What happened to tenants, and who asked for it." },
      { name: "Domains", description: "The customers' own domains." },
      { name: "Backups", description: "Backups of the tenants' sites." },
      { name: "Rollouts", description: "Moving all tenants to another bench, in waves." },
      { name: "Service", description: "The service itself." },
    ],
    paths: pathsOf(endpoints),
    "x-cli-config": SHELL_SIGN_IN,
    components: {
      schemas: schemasOf(endpoints),
      securitySchemes: {
        ApiKey: {
          type: "apiKey",
          in: "header",
          name: "X-API-Key",
          description: "One of the keys that the service is set up with.",
        },
        GoogleIdToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "A Google ID token for this service's audience, or for its sign-in, that tells its account's e-mail.",
        },
      },
      headers: {
        RequestId: {
          description: "As it was sent, or made.",
          required: true,
          schema: { type: "string" },
        },
      },
      responses: Object.fromEntries(
        Object.values(REFUSALS).map((refusal) => [refusal.name, refused(refusal)]),
      ),
    },
  };
}

function pathsOf(endpoints: Endpoints): Json {
  const paths = Map.groupBy(Object.entries(endpoints), ([, { path }]) => path);
  const items = [...paths].map(([path, some]) => {
    const methods = some.map(([id, spec]) => [spec.method.toLowerCase(), endpointOf(id, spec)]);
    return [path, Object.fromEntries(methods) as Json];
  });
  return Object.fromEntries(items) as Json;
}

function endpointOf(id: string, spec: EndpointSpec): Json {
  const parameters = parametersOf(spec);
  return {
    operationId: id,
    ...commandNameOf(id),
    tags: [tagOf(spec)],
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    ...(spec.isPublic ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(spec.body === undefined
      ? {}
      : { requestBody: { required: spec.isBodyOptional !== true, content: json(spec.body) } }),
    responses: responsesOf(spec),
  };
}

function commandNameOf(id: string): Json {
  const names: Readonly<Record<string, string>> = COMMAND_NAMES;
  return id in names ? { "x-cli-name": names[id] } : {};
}

function tagOf({ path }: EndpointSpec): string {
  if (path.includes("/operations")) return "Operations";
  if (path.includes("/domains")) return "Domains";
  if (path.includes("/backups") || path.includes("/restore")) return "Backups";
  if (path.startsWith("/rollouts")) return "Rollouts";
  return path.startsWith("/tenants") ? "Tenants" : "Service";
}

function parametersOf(spec: EndpointSpec): Json[] {
  const { properties = {} } = (spec.query ?? {}) as { properties?: Record<string, object> };
  const query = Object.entries(properties).map(([name, schema]) =>
    parameter("query", name, schema as Described),
  );
  const path = Object.entries(PATH_PARAMETERS).filter(([name]) => spec.path.includes(`{${name}}`));
  return [
    ...path.map(([name, schema]) => parameter("path", name, schema)),
    ...query,
    ...(takesIdempotencyKey(spec)
      ? [parameter("header", "Idempotency-Key", idempotencyKeySchema)]
      : []),
    ...(304 in spec.answers ? [parameter("header", "If-None-Match", ifNoneMatchSchema)] : []),
  ];
}

/** What a parameter is for, and what it may hold. */
interface Described {
  title: string;
  description: string;
  deprecated?: boolean;
}

function parameter(place: "path" | "query" | "header", name: string, schema: Described): Json {
  const { title, description, deprecated, ...rest } = schema;
  return {
    name,
    in: place,
    description: `${title}: ${description}.`,
    ...(place === "path" ? { required: true } : {}),
    ...(name in OPTION_NAMES ? { "x-cli-name": OPTION_NAMES[name] } : {}),
    // A shell keeps no earlier answer, and need not begin with what others are to leave.
    ...(deprecated === true || name === "If-None-Match" ? { "x-cli-ignore": true } : {}),
    ...(deprecated === undefined ? {} : { deprecated }),
    schema: rest,
  };
}

function responsesOf(spec: EndpointSpec): Json {
  const own = Object.entries(spec.answers).map(([status, answer]) => [status, response(answer)]);
  const refusals = refusalsOf(spec).map((status) => {
    return [status, { $ref: `#/components/responses/${REFUSALS[status]?.name}` }];
  });
  return { ...(Object.fromEntries(refusals) as Json), ...(Object.fromEntries(own) as Json) };
}

/** Any request may have a body, welcome or not, that is refused for itself. */
function refusalsOf(spec: EndpointSpec): number[] {
  const takesInput = spec.body !== undefined || parametersOf(spec).length > 0;
  return [
    400,
    413,
    415,
    ...(takesInput ? [422] : []),
    ...(spec.isPublic ? [] : [401, 403, 429, 503]),
  ];
}

function refused({ description, headers = {} }: Refusal): Json {
  const always = Object.entries(headers).map(([name, says]) => {
    return [name, { description: says, required: true, schema: { type: "string" } }];
  });
  const { headers: all, ...rest } = problem({ description });
  return { ...rest, headers: { ...(all as Json), ...(Object.fromEntries(always) as Json) } };
}

function response(answer: AnswerSpec): Json {
  if (answer.schema === problemSchema) return problem(answer);
  const { description, schema, headers = [] } = answer;
  return {
    description,
    headers: { ...REQUEST_ID, ...Object.fromEntries(headers.map((name) => [name, HEADERS[name]])) },
    ...(schema === undefined ? {} : { content: json(schema) }),
  };
}

function problem({ description }: { description: string }): Json {
  return {
    description,
    headers: REQUEST_ID,
    content: { "application/problem+json": { schema: referTo(problemSchema) } },
  };
}

function json(schema: unknown): Json {
  return { "application/json": { schema: referTo(schema) } };
}

/** The schema's name where it has one, else itself. */
function referTo(schema: unknown): unknown {
  const name = nameOf(schema);
  return name === undefined ? schema : { $ref: `#/components/schemas/${name}` };
}

/** The text of every schema that has a name, in the order of the names. */
function schemasOf(endpoints: Endpoints): Json {
  const specs = Object.values(endpoints);
  const inputs = specs.map(({ body }) => body);
  const outputs = specs.flatMap(({ answers }) =>
    Object.values(answers).map(({ schema }) => schema),
  );
  const named = namedWithin([...inputs, ...outputs, problemSchema]);
  const texts = [...named].map(([name, schema]): [string, unknown] => {
    return [name, toText(schema, inputs.includes(schema))];
  });
  return Object.fromEntries(texts.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

/** Every schema with a name that these schemas hold, themselves among them, by name. */
function namedWithin(schemas: unknown[]): Map<string, object> {
  const found = new Map<string, object>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const name = nameOf(value);
    if (name !== undefined) found.set(name, value);
    Object.values(value).forEach(visit);
  };
  schemas.forEach(visit);
  return found;
}

/**
 * A schema's text. Callers shall ignore what they do not know in an answer, so answers are not closed
 * there, though no other fields than the documented ones are sent.
 */
function toText(schema: object, isInput: boolean): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => {
      if (key === "additionalProperties" && !isInput) return undefined;
      // Generators take it for a choice of texts: a client in Python then refuses every answer.
      if (key === "const" && typeof value === "boolean") return undefined;
      if (key === "pattern") return PORTABLE_PATTERNS.get(String(value)) ?? value;
      return value === schema ? value : referTo(value);
    }),
  ) as unknown;
}
