/**
 * The function `provision`: woken by Pub/Sub (tenant events, cluster events, the sweep).
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import type { CloudEvent } from "@google-cloud/functions-framework";
import { connectWorld } from "../../shared/world.ts";
import { handleMessage } from "./provision.ts";
import { parsePubSubEvent } from "./pubsub-event.ts";

const world = connectWorld(process.env);

cloudEvent("provision", (event: CloudEvent<unknown>) =>
  handleMessage(parsePubSubEvent(event), world),
);
