/**
 * What may be in the database after any number of malformed requests.
 *
 * @module
 */
import type {
  DocumentData,
  Firestore,
  QueryDocumentSnapshot,
  QuerySnapshot,
} from "@google-cloud/firestore";
import { damagedDomainFields } from "../../shared/domains/damaged-domain.ts";
import { toDates } from "../../shared/firestore/firestore-calls.ts";
import { isTenantId } from "../../shared/tenant/names.ts";
import { heldSubdomains } from "../../shared/tenant/site-names.ts";
import { newTenant, PHASES, DESIRED_STATES } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { isDomain, orNull, RULES } from "./acceptable.ts";
import type { Rule } from "./acceptable.ts";
import { API_KEY } from "./valid-requests.ts";
import { REQUESTER } from "../testkit/requester.ts";

const { organization, email, first_name, last_name, reason } = RULES;

/** The key of a login link is stored as its hash only. */
const isLoginLink: Rule = (value) => {
  const link = value as DocumentData;
  return (
    /^[0-9a-f]{64}$/.test(String(link["key_hash"])) &&
    email(link["user"]) &&
    link["user"] === String(link["user"]).toLowerCase()
  );
};

/** The paths of the fields that callers fill, or that they change by their commands. */
const STORED: Record<string, Rule> = {
  id: (value) => isTenantId(String(value)),
  "profile.organization": organization,
  "spec.subdomain": (value) => RULES.subdomain(value) && value === String(value).toLowerCase(),
  "profile.email": email,
  "profile.first_name": (value) => value === null || first_name(value),
  "profile.last_name": (value) => value === null || last_name(value),
  "status.phase": (value) => PHASES.some((phase) => phase === value),
  "spec.state": (value) => DESIRED_STATES.some((state) => state === value),
  "spec.login_link": orNull(isLoginLink),
  "spec.requested_by": (value) => orNull(reason)((value as DocumentData)["reason"]),
  "spec.generation": (value) => Number.isInteger(value),
};

/** Of those that need not be there. */
const STORED_IF_THERE: Record<string, Rule> = {
  "profile.time_zone": orNull(RULES.time_zone),
  "spec.canary": (value) => typeof value === "boolean",
  "spec.pin": orNull((value) => reason((value as DocumentData)["reason"])),
};

/** What of a record has fields of its own. */
const PARTS = new Set(["profile", "spec", "status"]);

const TENANT_FIELDS = pathsIn(
  newTenant(
    { id: "", commandId: "", requestedBy: REQUESTER, organization: "", subdomain: "", email: "" },
    new Date(),
  ),
);

const COLLECTIONS = new Set([
  "deletions",
  "domains",
  "events",
  "operations",
  "requests",
  "subdomains",
  "tenants",
]);

/** What is stored that must not be, in sentences. */
export async function findForbidden(client: Firestore): Promise<string[]> {
  const collections = (await client.listCollections()).map(({ id }) => id);
  const read = (name: string) => client.collection(name).get();
  const tenants = await read("tenants");
  return [
    ...collections.filter((id) => !COLLECTIONS.has(id)).map((id) => `a collection ${id}`),
    ...tenants.docs.flatMap((document) => faultsOfTenant(document.id, document.data())),
    ...faultsOfReservations(tenants, await read("subdomains")),
    ...(await read("requests")).docs.flatMap((document) =>
      faultsOfRecord(document.id, document.data()),
    ),
    ...faultsOfDomains(tenants, (await read("domains")).docs),
    ...faultsOfTold(tenants, [...(await read("events")).docs, ...(await read("operations")).docs]),
    ...(await read("deletions")).docs
      .filter(({ id }) => !tenants.docs.some((tenant) => tenant.id === id))
      .map(({ id }) => `a deletion of ${id}, which is nobody`),
  ];
}

function faultsOfTenant(id: string, fields: DocumentData): string[] {
  const names = pathsIn(fields);
  const rules = [
    ...Object.entries(STORED),
    ...Object.entries(STORED_IF_THERE).filter(([path]) => names.includes(path)),
  ];
  const broken = rules
    .map(([path, rule]) => [path, rule, valueAt(path, fields)] as const)
    .filter(([, rule, value]) => !rule(value))
    .map(([path, , value]) => `tenant ${id} with ${path} ${JSON.stringify(value)}`);
  const always = names.filter((path) => !(path in STORED_IF_THERE));
  return [
    ...broken,
    ...(fields["id"] === id ? [] : [`tenant ${id} that is called ${fields["id"]}`]),
    ...(always.join() === TENANT_FIELDS.join()
      ? []
      : [`tenant ${id} with the fields ${names.join()}`]),
  ];
}

/** The paths of the fields of a tenant's record, down to those of its parts. */
function pathsIn(record: object): string[] {
  return Object.entries(record)
    .flatMap(([name, value]: [string, unknown]) =>
      PARTS.has(name) && typeof value === "object" && value !== null
        ? Object.keys(value).map((inner) => `${name}.${inner}`)
        : name,
    )
    .toSorted();
}

function valueAt(path: string, fields: DocumentData): unknown {
  const [first = "", second] = path.split(".");
  const value: unknown = fields[first];
  return second === undefined ? value : (value as DocumentData | undefined)?.[second];
}

/** Every tenant holds its name, and nobody else holds any. */
function faultsOfReservations(tenants: QuerySnapshot, reservations: QuerySnapshot): string[] {
  const names = tenants.docs.flatMap((tenant) =>
    heldSubdomains(tenant.data() as Tenant).map((name) => ({ name, id: tenant.id })),
  );
  const wanted = names.map(({ name, id }) => `${name} of ${id}`);
  const found = reservations.docs.map(
    (document) => `${document.id} of ${document.get("tenant_id")}`,
  );
  const twice = wanted.length - new Set(names.map(({ name }) => name)).size;
  const [isWanted, isFound] = [new Set(wanted), new Set(found)];
  return [
    ...(twice === 0 ? [] : [`${twice} tenants with a name of others`]),
    ...wanted.filter((name) => !isFound.has(name)).map((name) => `no reservation ${name}`),
    ...found
      .filter((name) => !isWanted.has(name))
      .map((name) => `a reservation ${name}, who is not there`),
  ];
}

/** A domain is one that a customer may have, and of a tenant that is there. */
function faultsOfDomains(tenants: QuerySnapshot, domains: QueryDocumentSnapshot[]): string[] {
  const known = new Set(tenants.docs.map(({ id }) => id));
  return domains.flatMap((document) => {
    const damaged = damagedDomainFields(toDates(document.data()) as object as Fields, document.id);
    return [
      ...(isDomain(document.id) ? [] : [`a domain ${document.id}`]),
      ...(known.has(String(document.get("tenant_id"))) ? [] : [`${document.id} of nobody`]),
      ...damaged.map((field) => `${document.id} with a strange ${field}`),
    ];
  });
}

type Fields = Record<string, unknown>;

/** What is told of tenants is of one that is there, and has neither an address nor a key in it. */
function faultsOfTold(tenants: QuerySnapshot, told: QueryDocumentSnapshot[]): string[] {
  const known = new Set(tenants.docs.map(({ id }) => id));
  return told.flatMap((document) => {
    const path = document.ref.path;
    // The id of a request is whatever its caller calls it.
    const { request_id: _, ...fields } = document.data();
    const text = JSON.stringify(fields);
    return [
      ...(known.has(String(document.get("tenant_id"))) ? [] : [`${path} of nobody`]),
      ...(text.includes("@") ? [`${path} with an address: ${text}`] : []),
      ...(text.includes(API_KEY) ? [`${path} with a key`] : []),
    ];
  });
}

function faultsOfRecord(id: string, fields: DocumentData): string[] {
  const isHash = (value: unknown) => /^[0-9a-f]{64}$/.test(String(value));
  const { status, body } = JSON.parse(String(fields["answer"])) as {
    status: number;
    body: { id?: string; tenant_id?: string };
  };
  const names = Object.keys(fields).toSorted().join();
  const isSane =
    isHash(id) &&
    isHash(fields["hash"]) &&
    names === "answer,created_at,expires_at,hash" &&
    (status === 201 || status === 202) &&
    isTenantId(body.id ?? body.tenant_id ?? "");
  return isSane ? [] : [`a record ${id} of ${JSON.stringify(fields)}`];
}
