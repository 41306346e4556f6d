/**
 * `npm run events`: prints the status events of a stack that runs, as they come, until Ctrl-C.
 *
 * @module
 */
import { PubSub } from "@google-cloud/pubsub";
import type { Message } from "@google-cloud/pubsub";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { within } from "../shared/platform/deadline.ts";
import { TENANT_STATUS } from "../shared/pubsub/bus.ts";
import type { CloudEvent } from "../shared/pubsub/cloud-event.ts";
import { toEventLine } from "./local/event-line.ts";
import { findRunningStack } from "./local/stack-directory.ts";
import type { RunningStack } from "./local/stack-directory.ts";
import { repository } from "./repository.ts";

const HELP = `npm run events [-- --directory DIR]

Prints what the stack of npm start tells others of its tenants, from now on, a line an event: the time (UTC),
the event, the subdomain, the status, and why. Ctrl-C ends it.

  --directory DIR  the directory of the stack (default: .local)
  --help           this text
`;

/** How often it is looked whether the stack still runs. */
const LOOK_MILLISECONDS = 500;

const CLOSE_MILLISECONDS = 2_000;

const options = parseOptions(process.argv.slice(2));
if (options.help) console.log(HELP);
else process.exitCode = await main(resolve(options.directory));
// Whatever the client library still holds open is of no use any more.
process.exit();

function parseOptions(args: string[]): { help: boolean; directory: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        directory: { type: "string", default: join(repository, ".local") },
        help: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    process.exit(1);
  }
}

async function main(directory: string): Promise<number> {
  const stack = await findRunningStack(directory);
  if (stack === null) {
    console.error(`No stack runs in ${directory}. Start one with: npm start.`);
    return 1;
  }
  const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  const unsubscribe = await subscribe(stack, (event) => console.log(toEventLine(event)));
  console.log("waiting for events; Ctrl-C ends it");
  const hasEnded = await Promise.race([interrupted.then(() => false), untilItEnds(directory)]);
  if (hasEnded) console.log("the stack has ended");
  // Its emulator may have ended with it.
  await within(CLOSE_MILLISECONDS, unsubscribe()).catch(() => {});
  return 0;
}

/** Subscribes in the order of each tenant. Call the answer to leave nothing of it behind. */
async function subscribe(
  { projectId, pubsubHost }: RunningStack,
  show: (event: CloudEvent) => void,
): Promise<() => Promise<void>> {
  // Nobody answers here for Google's metadata server; the client would ask it, and warn.
  process.env["METADATA_SERVER_DETECTION"] ??= "none";
  const pubsub = new PubSub({ projectId, apiEndpoint: pubsubHost, emulatorMode: true });
  const [subscription] = await pubsub
    .topic(TENANT_STATUS)
    .createSubscription(`events-${randomUUID()}`, { enableMessageOrdering: true });
  subscription.on("message", (message: Message) => {
    show(JSON.parse(message.data.toString()) as CloudEvent);
    message.ack();
  });
  // With its emulator the stream ends, and with it the stack.
  subscription.on("error", () => {});
  return async () => {
    await subscription.close();
    await subscription.delete();
    await pubsub.close();
  };
}

async function untilItEnds(directory: string): Promise<boolean> {
  while ((await findRunningStack(directory)) !== null) await sleep(LOOK_MILLISECONDS);
  return true;
}
