/**
 * Who and what the chart knows in the namespace of the site Jobs.
 *
 * @module
 */
import { objectsIn, renderChart, VALUES } from "../../infrastructure/chart.ts";
import type { Manifest, Values } from "../../infrastructure/chart.ts";
import { tokenOf } from "./control-plane.ts";
import type { User } from "./control-plane.ts";

/** The functions, as the chart's values name them. What they may do there is only what the chart gives them. */
export const USERS = {
  provision: tokenOf(VALUES.reconcilers[0] ?? ""),
  cleanup: tokenOf(VALUES.reconcilers[1] ?? ""),
} satisfies Record<string, User>;

/** The objects of some of the chart's templates, in that order. */
export function chartObjectsOf(templates: string[], values: Values = VALUES): Manifest[] {
  const rendered = renderChart(values);
  return templates.flatMap((name) => objectsIn(rendered.get(`templates/${name}.yaml`) ?? ""));
}
