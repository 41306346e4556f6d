/**
 * The function `provision`: woken by Pub/Sub (tenant events, cluster events, the sweep, the audit).
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import { logCompileCache } from "../../shared/platform/compile-cache.ts";
import { keepConnectionsOpen } from "../../shared/platform/keep-alive.ts";
import { connectWorld } from "../../shared/runtime/connect.ts";
import { handleEvent } from "./handle-message.ts";

const world = connectWorld(process.env);
logCompileCache(process.env);
keepConnectionsOpen();

cloudEvent("provision", (event: unknown) => handleEvent(event, world));
