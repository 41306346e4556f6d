/**
 * The endpoint that says how far a backup's export is, and where it can be fetched.
 *
 * @module
 */
import type { Bucket } from "../../../shared/backups/bucket.ts";
import { parseBundle } from "../../../shared/backups/export-bundle.ts";
import { exportOf } from "../../../shared/tenant/export-command.ts";
import type { NewestExport } from "../../../shared/tenant/tenant.ts";
import { defineEndpoint } from "../http/endpoint.ts";
import type { Call } from "../http/endpoint.ts";
import { Problem, problemSchema } from "../http/problem.ts";
import { findTenant, POLL_HEADERS } from "../tenants/find-tenant.ts";
import { requireBucket } from "./backup-answers.ts";
import { exportSchema, toExportView } from "./export-view.ts";
import type { ExportView } from "./export-view.ts";

export const readExport = defineEndpoint({
  method: "GET",
  path: "/tenants/{id}/backups/{backup}/export",
  summary: "Read how far a backup's export is, and where it can be fetched",
  description:
    "`Retry-After` says when to ask again; without it the export is no longer pending. Each answer has URLs of its own. " +
    "Callers that may only read are refused: whoever has a URL has the customer's data.",
  isForOperators: true,
  answers: {
    200: { description: "The export.", schema: exportSchema, headers: ["Retry-After"] },
    404: {
      description:
        "There is no such tenant, or its newest export, if there was one, is of another backup.",
      schema: problemSchema,
    },
    409: { description: "There are no backups here.", schema: problemSchema },
  },
  async handle(call, dependencies) {
    const bucket = requireBucket(dependencies);
    const now = new Date();
    const found = exportOf(await findTenant(call, dependencies), call.backupId, now);
    if (found === null) throw noSuchExport(call);
    const files = found.state === "ready" ? await filesOf(call, found.bundle, bucket, now) : [];
    const headers = found.state === "pending" ? POLL_HEADERS : {};
    return { status: 200, headers, body: toExportView(call, found, files) };
  },
});

async function filesOf(
  call: Pick<Call, "tenantId" | "backupId">,
  { folder, expires_at }: NewestExport,
  bucket: Bucket,
  now: Date,
): Promise<ExportView["files"]> {
  const files = parseBundle(await bucket.readBundle(call.tenantId, call.backupId, folder));
  // It went with its backup, or somebody has removed it.
  if (files === null) throw noSuchExport(call);
  const seconds = Math.max(1, Math.floor((expires_at.getTime() - now.getTime()) / 1000));
  return Promise.all(
    files.map(async ({ name, object, bytes }) => ({
      name,
      bytes,
      url: await bucket.linkTo(object, now, seconds),
    })),
  );
}

function noSuchExport({ backupId }: Pick<Call, "backupId">): Problem {
  return new Problem(404, `There is no export of the backup ${backupId}.`);
}
