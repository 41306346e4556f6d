/**
 * The kinds of site Jobs. The order is that in which a tenant's differences between spec and status are removed.
 * Types, decisions, manifests, scripts and labels read it from here. Pure.
 *
 * @module
 */
import { backup } from "./backup/backup.ts";
import { claim } from "./claim/claim.ts";
import { create } from "./create/create.ts";
import { drop } from "./drop/drop.ts";
import { dropKept } from "./drop-kept/drop-kept.ts";
import { exportBackup } from "./export/export.ts";
import { loginLink } from "./login-link/login-link.ts";
import type { OperationDefinition } from "./operation-definition.ts";
import { rename } from "./rename/rename.ts";
import { retain } from "./retain/retain.ts";
import { restore } from "./restore/restore.ts";
import { revert } from "./revert/revert.ts";
import { resume } from "./resume/resume.ts";
import { suspend } from "./suspend/suspend.ts";
import { testRestore } from "./test-restore/test-restore.ts";
import { upgrade } from "./upgrade/upgrade.ts";
import { undoRestore } from "./undo-restore/undo-restore.ts";

const REGISTERED = [
  drop,
  create,
  claim,
  // Whatever else is commanded waits for a site that is whole.
  revert,
  upgrade,
  suspend,
  retain,
  restore,
  undoRestore,
  resume,
  rename,
  loginLink,
  dropKept,
  exportBackup,
  testRestore,
  // Last, for it may take hours, and nobody waits for it.
  backup,
] as const;

export type OperationKind = (typeof REGISTERED)[number]["kind"];

export const OPERATIONS: readonly OperationDefinition<OperationKind>[] = REGISTERED;

export const OPERATION_KINDS: readonly OperationKind[] = OPERATIONS.map(({ kind }) => kind);

const BY_KIND = new Map<string, OperationDefinition<OperationKind>>(
  OPERATIONS.map((operation) => [operation.kind, operation]),
);

/** The definition of a kind. Throws for what is none: a record that says so was refused when it was read. */
export function definitionOf(kind: string): OperationDefinition<OperationKind> {
  const definition = BY_KIND.get(kind);
  if (definition === undefined) throw new TypeError(`There is no operation "${kind}".`);
  return definition;
}
