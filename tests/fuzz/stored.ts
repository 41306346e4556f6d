/**
 * What may be in the database after any number of malformed requests.
 *
 * @module
 */
import type { DocumentData, Firestore, QuerySnapshot } from "@google-cloud/firestore";
import { isTenantId, newTenant, STATUSES, WANTED } from "../../shared/tenant/tenant.ts";
import { RULES } from "./acceptable.ts";
import type { Rule } from "./acceptable.ts";

const { organization, email, first_name, last_name } = RULES;

/** Of the fields that callers fill, or that they change by their commands. */
const STORED: Record<string, Rule> = {
  id: (value) => isTenantId(String(value)),
  organization,
  subdomain: (value) => RULES.subdomain(value) && value === String(value).toLowerCase(),
  email,
  first_name: (value) => value === null || first_name(value),
  last_name: (value) => value === null || last_name(value),
  status: (value) => STATUSES.some((status) => status === value),
  desired: (value) => WANTED.some((wanted) => wanted === value),
  generation: (value) => Number.isInteger(value),
};

const TENANT_FIELDS = Object.keys(
  newTenant({ id: "", commandId: "", organization: "", subdomain: "", email: "" }, new Date()),
).toSorted();

const COLLECTIONS = new Set(["deletions", "requests", "subdomains", "tenants"]);

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
    ...(await read("deletions")).docs
      .filter(({ id }) => !tenants.docs.some((tenant) => tenant.id === id))
      .map(({ id }) => `a deletion of ${id}, which is nobody`),
  ];
}

function faultsOfTenant(id: string, fields: DocumentData): string[] {
  const broken = Object.entries(STORED)
    .filter(([field, rule]) => !rule(fields[field]))
    .map(([field]) => `tenant ${id} with ${field} ${JSON.stringify(fields[field])}`);
  const names = Object.keys(fields).toSorted();
  return [
    ...broken,
    ...(fields["id"] === id ? [] : [`tenant ${id} that is called ${fields["id"]}`]),
    ...(names.join() === TENANT_FIELDS.join()
      ? []
      : [`tenant ${id} with the fields ${names.join()}`]),
  ];
}

/** Every tenant holds its name, and nobody else holds any. */
function faultsOfReservations(tenants: QuerySnapshot, reservations: QuerySnapshot): string[] {
  const wanted = tenants.docs.map((tenant) => `${tenant.get("subdomain")} of ${tenant.id}`);
  const found = reservations.docs.map(
    (document) => `${document.id} of ${document.get("tenant_id")}`,
  );
  const twice = wanted.length - new Set(tenants.docs.map((tenant) => tenant.get("subdomain"))).size;
  const [isWanted, isFound] = [new Set(wanted), new Set(found)];
  return [
    ...(twice === 0 ? [] : [`${twice} tenants with a name of others`]),
    ...wanted.filter((name) => !isFound.has(name)).map((name) => `no reservation ${name}`),
    ...found
      .filter((name) => !isWanted.has(name))
      .map((name) => `a reservation ${name}, who is not there`),
  ];
}

function faultsOfRecord(id: string, fields: DocumentData): string[] {
  const isHash = (value: unknown) => /^[0-9a-f]{64}$/.test(String(value));
  const { status, body } = JSON.parse(String(fields["answer"])) as {
    status: number;
    body: { id: string };
  };
  const names = Object.keys(fields).toSorted().join();
  const isSane =
    isHash(id) &&
    isHash(fields["hash"]) &&
    names === "answer,created_at,expires_at,hash" &&
    (status === 201 || status === 202) &&
    isTenantId(body.id);
  return isSane ? [] : [`a record ${id} of ${JSON.stringify(fields)}`];
}
