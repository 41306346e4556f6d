import type { Diagram } from "../../scripts/documentation/diagram-svg.ts";

/** The way of a tenant; `npm run docs:diagrams` draws it. */
export const tenantWay: Diagram = {
  title: "The way of a tenant",
  description:
    "A frontend calls the function api, which writes to Firestore and sends a trigger by Pub/Sub. The function provision reads the record and the cluster, decides, writes, and creates a Job on GKE. The Job's end comes back by Pub/Sub, and the tenant is active. Cloud Scheduler triggers a resync every minute. For a deletion Eventarc triggers the function cleanup, whose Job drops the site. For each change of a status it triggers the function publish, which tells your services by Pub/Sub.",
  boxes: {
    scheduler: { kind: "google", column: 2, row: 0, title: "Cloud Scheduler", text: "resync" },
    clusterEvents: { kind: "google", column: 3, row: 0, title: "Pub/Sub", text: "cluster-events" },
    frontend: { kind: "outside", column: 0, row: 1, title: "Your frontend" },
    api: { kind: "function", column: 1, row: 1, title: "api", text: "Cloud function" },
    tenantEvents: { kind: "google", column: 2, row: 1, title: "Pub/Sub", text: "tenant-events" },
    provision: { kind: "function", column: 3, row: 1, title: "provision", text: "Cloud function" },
    cluster: { kind: "google", column: 4, row: 1, title: "GKE", text: "one Job per site" },
    firestore: {
      kind: "google",
      column: 1,
      columns: 3,
      row: 2,
      title: "Firestore",
      text: "tenants/{id}: what is desired, and what was observed",
    },
    services: { kind: "outside", column: 0, row: 3, title: "Your services" },
    tenantStatus: { kind: "google", column: 1, row: 3, title: "Pub/Sub", text: "tenant-status" },
    publish: { kind: "function", column: 2, row: 3, title: "publish", text: "Cloud function" },
    cleanup: { kind: "function", column: 3, row: 3, title: "cleanup", text: "Cloud function" },
  },
  arrows: [
    { from: ["frontend", "right"], to: ["api", "left"], label: ["1 POST"] },
    { from: ["api", "bottom"], to: ["firestore", "top"], label: ["2 one atomic", "write"] },
    { from: ["api", "right"], to: ["tenantEvents", "left"], label: ["3 trigger"] },
    { from: ["tenantEvents", "right"], to: ["provision", "left"], label: ["4 push"] },
    {
      from: ["provision", "bottom"],
      to: ["firestore", "top"],
      label: ["5 reads both,", "decides, writes"],
      isBothWays: true,
    },
    { from: ["provision", "right"], to: ["cluster", "left"], label: ["6 Job"], isBothWays: true },
    {
      from: ["cluster", "top"],
      to: ["clusterEvents", "right"],
      label: ["7 the Job has ended"],
    },
    { from: ["clusterEvents", "bottom"], to: ["provision", "top"], label: ["8 active"] },
    { from: ["scheduler", "bottom"], to: ["tenantEvents", "top"], label: ["every minute"] },
    {
      from: ["firestore", "bottom"],
      to: ["cleanup", "top"],
      label: ["DELETE: Eventarc", "sends deletions/{id}"],
      isBothWays: true,
    },
    {
      from: ["firestore", "bottom"],
      to: ["publish", "top"],
      label: ["Eventarc sends", "events/{id}"],
      isBothWays: true,
    },
    { from: ["publish", "left"], to: ["tenantStatus", "right"], label: ["event"] },
    { from: ["tenantStatus", "left"], to: ["services", "right"], label: ["push"] },
    {
      from: ["cleanup", "right"],
      to: ["cluster", "bottom"],
      label: ["a Job", "drops", "the site"],
    },
  ],
};
