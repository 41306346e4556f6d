/**
 * The function `publish`: triggered by Firestore when a document `events/{eventId}` is created.
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import { parseCommonSettings } from "../../shared/configuration/settings.ts";
import { keepConnectionsOpen } from "../../shared/platform/keep-alive.ts";
import { followTraces } from "../../shared/platform/trace.ts";
import { openStoreAndBus } from "../../shared/runtime/adapters.ts";
import { publishEvents } from "./publish-events.ts";

const settings = parseCommonSettings(process.env);
followTraces(settings.projectId);
const dependencies = openStoreAndBus(settings);
keepConnectionsOpen();

cloudEvent("publish", (event: unknown) => publishEvents(event, dependencies));
