/**
 * The function `provision`: triggered by Pub/Sub (tenant events, cluster events, the resync, the garbage collection).
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import { keepConnectionsOpen } from "../../shared/platform/keep-alive.ts";
import { connectDependencies } from "../../shared/runtime/connect.ts";
import { handleEvent } from "./handle-message.ts";

const dependencies = connectDependencies(process.env);
keepConnectionsOpen();

cloudEvent("provision", (event: unknown) => handleEvent(event, dependencies));
