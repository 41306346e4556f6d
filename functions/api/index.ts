/**
 * The function `api`: the tenant API over HTTP.
 *
 * @module
 */
import { http } from "@google-cloud/functions-framework";
import { openBus } from "../../shared/bus.ts";
import { parseApiSettings } from "../../shared/config.ts";
import { openStore } from "../../shared/store.ts";
import { followTraces } from "../../shared/trace.ts";
import { answer } from "./app.ts";
import { corsHeaders } from "./cors.ts";
import { answerFrameworkErrors, toHttpFunction } from "./framework.ts";

const settings = parseApiSettings(process.env);
const { projectId } = settings;
followTraces(projectId);
const store = openStore({ projectId, emulatorHost: settings.firestoreEmulatorHost });
const bus = openBus({ projectId, emulatorHost: settings.pubsubEmulatorHost });

answerFrameworkErrors((origin) => corsHeaders(origin, settings.allowedOrigins));
http(
  "api",
  toHttpFunction((request) => answer(request, { store, bus, settings })),
);
