/**
 * The endpoint that makes a bundle of a backup which plain `bench restore` takes.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { answerPlainly, COMMAND_ANSWERS } from "../tenants/command-endpoint.ts";
import { GOOD_BACKUP_ANSWERS, goodBackup, requireBucket } from "./backup-answers.ts";

export const exportBackup = defineEndpoint({
  method: "POST",
  path: "/tenants/{id}/backups/{backup}/export",
  summary: "Export a backup",
  description:
    "A bundle is made of it that plain `bench restore` takes: the database, the files and the configuration with the key of the site's passwords, not encrypted. " +
    "`GET …/export` says when it is there, and where it can be fetched for a day. Of a tenant only the newest export can be fetched.",
  answers: {
    ...COMMAND_ANSWERS,
    ...GOOD_BACKUP_ANSWERS,
  },
  async handle(call, dependencies) {
    requireBucket(dependencies);
    const { id } = await goodBackup(call.backupId, call, dependencies);
    const command = { name: "export", backup: id } as const;
    return answerPlainly(command, "The backup is being exported.", call, dependencies);
  },
});
