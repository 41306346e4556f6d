/**
 * `npm run docs:diagrams`: draws the diagrams of docs/diagrams/, each beside its source.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tenantWay } from "../docs/diagrams/tenant-way.ts";
import { drawDiagram } from "./documentation/diagram-svg.ts";
import type { Diagram } from "./documentation/diagram-svg.ts";
import { repository } from "./repository.ts";

/** What is drawn, by its file. */
export const DIAGRAMS: Readonly<Record<string, Diagram>> = {
  "docs/diagrams/tenant-way.svg": tenantWay,
};

if (import.meta.main) {
  for (const [path, diagram] of Object.entries(DIAGRAMS)) {
    writeFileSync(join(repository, path), drawDiagram(diagram));
    console.log(`${path} is drawn`);
  }
}
