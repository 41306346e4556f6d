/**
 * The endpoint that shows the fleet at a glance.
 *
 * @module
 */
import { defineEndpoint } from "../http/endpoint.ts";
import { fleetSchema, toFleetView } from "./fleet-view.ts";
import { seeFleet } from "./see-fleet.ts";

export const readFleet = defineEndpoint({
  method: "GET",
  path: "/fleet",
  summary: "All tenants at a glance, and what needs a hand",
  answers: { 200: { description: "The fleet.", schema: fleetSchema } },
  async handle(_call, { store, settings, estimates }) {
    const now = new Date();
    const fleet = await seeFleet(store, now);
    const { maxConcurrentJobs: slots, backupBucket } = settings;
    const told = { slots, hasBackups: backupBucket !== null, estimates };
    return { status: 200, body: toFleetView(fleet, told, now) };
  },
});
