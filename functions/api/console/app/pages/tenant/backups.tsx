/**
 * A tenant's backups, and what may be done with each.
 *
 * @module
 */
import { ActionButtons } from "../../actions/action-buttons.tsx";
import { defineAction } from "../../actions/action.ts";
import type { Action } from "../../actions/action.ts";
import {
  deleteBackup,
  exportBackup,
  listBackups,
  readExport,
  restoreTenant,
} from "../../client/api-client.ts";
import type { Backup, Tenant } from "../../client/api-client.ts";
import { isNotFound } from "../../client/api-error.ts";
import { periodWhile, useRead } from "../../client/queries.ts";
import { LongText } from "../../components/long-text.tsx";
import { Empty, Problem, Read } from "../../components/read-states.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { toSize } from "../../text/sizes.ts";
import { tellRestore } from "./restore-words.ts";
import { useState } from "preact/hooks";

export function Backups({ tenant }: { tenant: Tenant }) {
  const { id } = tenant;
  const read = useRead(["tenant", id, "backups"], (opts) => listBackups(id, opts), {
    every: (list) => periodWhile(list?.backups.some(isInTheMaking) === true),
  });
  const failure = tenant.backup?.verify_failure ?? null;
  return (
    <section aria-label="Backups">
      <h2>Backups</h2>
      {failure !== null && (
        <div class="problem">
          <p>
            The newest test to restore one apart failed <Time at={failure.at} isDistance /> (
            {failure.reason}).
          </p>
          {failure.message !== null && (
            <p>
              <LongText text={failure.message} />
            </p>
          )}
        </div>
      )}
      {isNotFound(read.error) ? (
        <Empty>There are none.</Empty>
      ) : (
        <Read of={read} what="its backups">
          {({ backups }) =>
            backups.length === 0 ? (
              <Empty>There is no backup of it yet.</Empty>
            ) : (
              <div class="table">
                <table class="cards">
                  <caption class="visually-hidden">Backups, the newest first</caption>
                  <thead>
                    <tr>
                      <th scope="col">Asked for</th>
                      <th scope="col">State</th>
                      <th scope="col">Why</th>
                      <th scope="col">Size</th>
                      <th scope="col">Proved</th>
                      <th scope="col">Kept until</th>
                      <th scope="col">
                        <span class="visually-hidden">What can be done</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {backups.map((backup) => (
                      <BackupRow key={backup.id} backup={backup} tenant={tenant} />
                    ))}
                  </tbody>
                </table>
              </div>
            )
          }
        </Read>
      )}
    </section>
  );
}

/** Whether it is being made: a backup, or the export of one. */
function isInTheMaking({ state }: { state: string | null }): boolean {
  return state === "pending";
}

function BackupRow({ backup, tenant }: { backup: Backup; tenant: Tenant }) {
  const { id, kind, state, created_at, bytes, verified_at, expires_at, message } = backup;
  const [isExportShown, setIsExportShown] = useState(false);
  return (
    <tr>
      <td data-name="Asked for">
        <Time at={created_at} />
      </td>
      <td data-name="State">
        <span>
          <Status of={state ?? "damaged"} />
          {message !== null && <LongText text={message} />}
        </span>
      </td>
      <td data-name="Why">{kind?.replace("-", " ") ?? "not known"}</td>
      <td data-name="Size">{bytes === null ? "" : toSize(bytes)}</td>
      <td data-name="Proved">
        {verified_at === null ? "not yet" : <Time at={verified_at} isDistance />}
      </td>
      <td data-name="Kept until">
        <Time at={expires_at} />
      </td>
      <td>
        <div class="actions">
          <ActionButtons
            actions={actionsOf(backup, tenant)}
            subject={`${tenant.subdomain}, ${created_at.slice(0, 16).replace("T", " ")} UTC`}
            isSmall
          />
          {state === "succeeded" && (
            <button
              type="button"
              class="small"
              aria-expanded={isExportShown}
              onClick={() => setIsExportShown(!isExportShown)}
            >
              Files
            </button>
          )}
        </div>
        {isExportShown && <ExportFiles tenantId={tenant.id} backupId={id} />}
      </td>
    </tr>
  );
}

/** The export that can be fetched, if there is one. */
function ExportFiles({ tenantId, backupId }: { tenantId: string; backupId: string }) {
  const { data, error, isPending } = useRead(
    ["tenant", tenantId, "backup", backupId, "export"],
    (opts) => readExport(tenantId, backupId, opts),
    { every: (found) => periodWhile(found !== undefined && isInTheMaking(found)) },
  );
  if (isNotFound(error))
    return <p class="soft">It has not been exported. Export makes its files.</p>;
  if (error !== null) return <Problem error={error} what="this export" />;
  if (isPending || data === undefined) return <p class="loading">Reading its files…</p>;
  return (
    <div>
      <p>
        <Status of={data.state} />
      </p>
      <ul class="plain">
        {data.files.map(({ name, bytes, url }) => (
          <li key={name}>
            <a href={url} rel="noreferrer">
              {name}
            </a>{" "}
            {toSize(bytes)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function actionsOf(backup: Backup, tenant: Tenant): Action[] {
  const isGood = backup.state === "succeeded";
  const isThere = tenant.status === "active" || tenant.status === "suspended";
  return [
    ...(isGood && isThere ? [restore(backup, tenant)] : []),
    ...(isGood ? [exportIt(backup)] : []),
    ...(backup.state === "pending" ? [] : [remove(backup)]),
  ];
}

const restore = ({ id: backup, tenant_id }: Backup, { subdomain }: Tenant) =>
  defineAction({
    name: "Restore",
    consequence:
      "The site is as it was when this backup was made. What its users have done since then is taken out of it, and is kept for 24 hours, in which the restore can be taken back.",
    fields: [{ name: "reason", label: "Reason", kind: "text", help: "The history keeps it." }],
    isDestructive: true,
    confirmation: subdomain,
    outlook: {
      ask: (_, opts) => restoreTenant(tenant_id, { backup }, { validateOnly: true }, opts),
      tell: (outlook) => tellRestore(outlook),
    },
    request: ({ reason = "" }, idempotencyKey, opts) =>
      restoreTenant(
        tenant_id,
        { backup, ...(reason === "" ? {} : { reason }) },
        { idempotencyKey },
        opts,
      ),
  });

const exportIt = ({ id: backup, tenant_id }: Backup) =>
  defineAction({
    name: "Export",
    consequence:
      "Files are made of it that plain bench restore takes. They can be fetched for a day, by whoever has their links.",
    request: (_, idempotencyKey, opts) => exportBackup(tenant_id, backup, { idempotencyKey }, opts),
  });

const remove = ({ id: backup, tenant_id, created_at }: Backup) =>
  defineAction({
    name: "Delete",
    consequence: "This backup is gone for good.",
    isDestructive: true,
    confirmation: created_at.slice(0, 10),
    request: (_, idempotencyKey, opts) => deleteBackup(tenant_id, backup, { idempotencyKey }, opts),
  });
