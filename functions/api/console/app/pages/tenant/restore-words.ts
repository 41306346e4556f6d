/**
 * What a restore would do, in sentences. Pure.
 *
 * @module
 */
import type { Data } from "../../client/ask.ts";
import type { restoreTenant, RestoreOutlook } from "../../client/api-client.ts";
import { toSize } from "../../text/sizes.ts";
import { toDuration, toLocalTime } from "../../text/times.ts";

/** The answer to a restore that is only tried, which has the outlook. */
type Answer = Data<Awaited<ReturnType<typeof restoreTenant>>>;

export function tellRestore(answer: Answer): string[] {
  const { made_at, newer_seconds, newer_backups, apps, tables, stored_bytes } =
    answer as RestoreOutlook;
  const versions = Object.entries(apps as Record<string, string | null>).map(
    ([app, version]) => `${app} ${version ?? "(version not known)"}`,
  );
  return [
    `The site will be as of ${toLocalTime(new Date(made_at))}.`,
    `Lost is what was done in the last ${toDuration(newer_seconds)}.`,
    newer_backups === 0
      ? "It is the newest good backup."
      : `There are ${newer_backups} newer good backups.`,
    `It holds ${tables} tables, ${toSize(stored_bytes)} in the bucket, of ${versions.join(", ")}.`,
  ];
}
