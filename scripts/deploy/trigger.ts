/**
 * Whether a trigger on documents is one of the database that there is. A database that was restored under the name of
 * a deleted one is another: the old one's trigger stays and delivers nothing any more
 * (https://docs.cloud.google.com/firestore/native/docs/eventarc#limitations). From documentation; no trigger of Google's
 * was seen.
 *
 * @module
 */
import type { ReadResource } from "./google.ts";
import { DeployProblem } from "./deploy-error.ts";

/** The part of a Firestore `Database`, and of an Eventarc `Trigger`, that is read. */
interface Created {
  createTime?: string;
}

const remedyFor = (name: string) =>
  [
    "terraform -chdir=terraform apply",
    `-replace='google_cloudfunctions2_function.this["${name}"]'`,
    `-replace='google_cloud_run_v2_service_iam_member.push["${name}"]'`,
  ].join(" ");

/** Both by their full names, with the function that is triggered. Throws a `DeployProblem` that says how the trigger is made anew. */
export async function checkTrigger(
  read: ReadResource,
  { database, trigger, function: name }: { database: string; trigger: string; function: string },
): Promise<void> {
  const [{ createTime: made }, { createTime: triggerMade }] = await Promise.all([
    read<Created>(`https://firestore.googleapis.com/v1/${database}`, `The database ${database}`),
    read<Created>(`https://eventarc.googleapis.com/v1/${trigger}`, `The trigger ${trigger}`),
  ]);
  if (made === undefined || triggerMade === undefined) {
    throw new DeployProblem(`Google does not say how old ${trigger} or ${database} is.`);
  }
  if (Date.parse(triggerMade) >= Date.parse(made)) return;
  throw new DeployProblem(
    `The trigger of ${name} is of ${triggerMade}, and the database of ${made}: it was restored, and ` +
      `the trigger delivers nothing. What it is for waits for the resync. Make it anew: ${remedyFor(name)}`,
  );
}
