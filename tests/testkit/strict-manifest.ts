/**
 * A walk over a manifest along the Kubernetes client's own types. The client silently drops a field
 * that it does not know before it sends, so a typing error would never be noticed.
 *
 * @module
 */
import * as kubernetes from "@kubernetes/client-node";

interface Attribute {
  name: string;
  baseName: string;
  type: string;
}
interface Model {
  getAttributeTypeMap(): Attribute[];
}

/** Every field that the type does not have or that holds something else, as `path: what`. */
export function findStrangers(manifest: unknown, type: string, path = type): string[] {
  const list = /^(?:Array|Set)<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) {
    return Array.isArray(manifest)
      ? manifest.flatMap((item, index) => findStrangers(item, list, `${path}[${index}]`))
      : [`${path}: not a list`];
  }
  const map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (map !== undefined) {
    return isObject(manifest)
      ? Object.entries(manifest).flatMap(([key, value]) =>
          findStrangers(value, map, `${path}.${key}`),
        )
      : [`${path}: not a map`];
  }
  const model = (kubernetes as unknown as Record<string, Model | undefined>)[type];
  if (model?.getAttributeTypeMap === undefined) return findWrongType(manifest, type, path);
  if (!isObject(manifest)) return [`${path}: not an object`];
  // A name that TypeScript has for itself is another one there: `_from` for YAML's `from`.
  const attributes = new Map(
    model.getAttributeTypeMap().flatMap((each) => [
      [each.name, each],
      [each.baseName, each],
    ]),
  );
  return Object.entries(manifest).flatMap(([name, value]) => {
    const attribute = attributes.get(name);
    return attribute === undefined
      ? [`${path}.${name}: unknown field`]
      : findStrangers(value, attribute.type, `${path}.${name}`);
  });
}

function findWrongType(value: unknown, type: string, path: string): string[] {
  const isRight = typeof value === type || (type === "IntOrString" && typeof value !== "object");
  return isRight ? [] : [`${path}: ${typeof value} and not ${type}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
