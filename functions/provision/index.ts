/**
 * The function `provision`: woken by Pub/Sub (tenant events, cluster events, the sweep, the audit).
 *
 * @module
 */
import { cloudEvent } from "@google-cloud/functions-framework";
import { logCompileCache } from "../../shared/compile-cache.ts";
import { keepConnectionsOpen } from "../../shared/keep-alive.ts";
import { connectWorld } from "../../shared/world.ts";
import { handleEvent } from "./provision.ts";

const world = connectWorld(process.env);
logCompileCache(process.env);
keepConnectionsOpen();

cloudEvent("provision", (event: unknown) => handleEvent(event, world));
