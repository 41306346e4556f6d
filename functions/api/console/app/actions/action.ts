/**
 * What an operator may have done: said once as data, and carried out by one dialog for all.
 *
 * @module
 */
import type { ComponentChildren } from "preact";
import type { Answer, Data, RequestOpts } from "../client/ask.ts";

/** What was filled in, by the names of the fields; a checkbox that is not ticked is empty. */
export type Values = Readonly<Record<string, string>>;

export interface Field {
  /** As the API names it, so that what it finds wrong is shown beside the field. */
  name: string;
  label: string;
  kind: "text" | "email" | "checkbox" | "select" | "time";
  isRequired?: boolean;
  help?: string;
  /** Of a `select`. */
  options?: readonly { value: string; label: string }[];
  initial?: string;
}

export interface Action {
  /** What the button says: a verb. */
  name: string;
  /** What will be different, in a sentence or two. */
  consequence: string;
  fields?: readonly Field[];
  /** Whether something is gone afterwards for good. */
  isDestructive?: boolean;
  /** What has to be typed before that, such as the subdomain. */
  confirmation?: string;
  /** Asks the API what would be, without doing it. */
  outlook?: {
    ask: (values: Values, opts: RequestOpts) => Promise<Answer>;
    /** In sentences. */
    tell: (data: never) => readonly string[];
  };
  /** The request. The key is the same when it is repeated, so that it is carried out once. */
  request: (values: Values, idempotencyKey: string, opts: RequestOpts) => Promise<Answer>;
  /** What is shown of the answer, beside its `message`. */
  show?: (data: never) => ComponentChildren;
}

/** An action whose parts fit each other: what is asked for, and what is told of the answer. */
export function defineAction<A extends Answer, O extends Answer = never>(
  action: Omit<Action, "outlook" | "request" | "show"> & {
    outlook?: {
      ask: (values: Values, opts: RequestOpts) => Promise<O>;
      tell: (data: Data<O>) => readonly string[];
    };
    request: (values: Values, idempotencyKey: string, opts: RequestOpts) => Promise<A>;
    show?: (data: Data<A>) => ComponentChildren;
  },
): Action {
  // The dialog hands each part what another part has got: it has no need to know its type.
  return action;
}

/** Whether all that has to be filled in is. */
export function isComplete({ fields = [] }: Action, values: Values): boolean {
  return fields.every(({ name, isRequired }) => isRequired !== true || (values[name] ?? "") !== "");
}

export function initialValues({ fields = [] }: Action): Values {
  return Object.fromEntries(fields.map(({ name, initial = "" }) => [name, initial]));
}
