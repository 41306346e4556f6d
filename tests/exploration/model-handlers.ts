/**
 * The model as what answers a reconcile's requests, one after the other: for tests that follow a single way.
 *
 * @module
 */
import type { IoHandlers, IoRequest } from "../../shared/reconciler/ports.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { ALL_GUARANTEES, answer, emptyState, put, queue } from "./model.ts";
import type { ModelJob } from "./model.ts";

export type Model = ReturnType<typeof createModel>;

const KINDS_OF_IO: IoRequest["io"][] = [
  "now",
  "readTenant",
  "writeTenant",
  "readSlots",
  "claimSlot",
  "triggerNextInQueue",
  "readReport",
  "readJob",
  "createJob",
  "deleteJob",
  "createSecret",
  "deleteSecret",
  "endDeletion",
  "decided",
];

/** A model without tenants. `handlers` answer as the adapters do, the first way where there are several. */
export function createModel() {
  const model = {
    state: emptyState(),
    handlers: {} as IoHandlers,
    /** `KIND GENERATION.ATTEMPT` of every Job that was made. */
    jobsMade: [] as string[],
    /** The first in the queue, and how many slots were taken, at each trigger for it. */
    triggered: [] as string[],
  };
  const handle = async (request: IoRequest): Promise<unknown> => {
    const [first] = answer(model.state, request, ALL_GUARANTEES);
    if (first === undefined) throw new Error(`the model does not answer ${request.io}`);
    note(model, request, first.result);
    model.state = first.state;
    return first.result;
  };
  const handlers = KINDS_OF_IO.map((io) => [
    io,
    (request: object) => handle({ io, ...request } as IoRequest),
  ]);
  model.handlers = Object.fromEntries(handlers) as IoHandlers;
  return model;
}

function note(model: Model, request: IoRequest, result: unknown): void {
  if (request.io === "createJob" && result === "made") {
    const { kind, generation, attempt } = request.operation;
    model.jobsMade.push(`${kind} ${generation}.${attempt}`);
  }
  if (request.io === "triggerNextInQueue") {
    const [first = ""] = queue(model.state);
    const subdomain = model.state.tenants[first]?.record.spec.subdomain;
    model.triggered.push(`${subdomain}, ${slotsOf(model).length} slots taken`);
  }
}

/** The Jobs that are there, by tenant. */
export function jobsOf({ state }: Pick<Model, "state">): Map<string, ModelJob> {
  const present = Object.entries(state.jobs).flatMap(([id, job]) =>
    job === null ? [] : [[id, job] as const],
  );
  return new Map(present);
}

/** The slots that are taken, with their tenants. */
export function slotsOf({ state }: Pick<Model, "state">): [slot: number, tenantId: string][] {
  return Object.entries(state.slots).map(([slot, tenantId]) => [Number(slot), tenantId]);
}

/** The records that are there. */
export function tenantsOf({ state }: Pick<Model, "state">): Tenant[] {
  return Object.values(state.tenants).flatMap((stored) => stored?.record ?? []);
}

/** The tenants that have a Secret. */
export function secretsOf({ state }: Pick<Model, "state">): string[] {
  return Object.keys(state.secrets).filter((tenantId) => state.secrets[tenantId]);
}

/** Writes a record whatever its version. */
export function putRecord(model: Model, record: Tenant): void {
  model.state = put(model.state, record);
}

/** Lets time pass. */
export function pass(model: Model, milliseconds: number): void {
  model.state = { ...model.state, now: model.state.now + milliseconds };
}
