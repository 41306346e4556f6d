/**
 * Reads a provider's schema out of the TypeScript that cdktf generates from it. The generated text is
 * regular: a class for each block, and in it for each field a comment with its name and what it is, a
 * member, and a getter that tells the type:
 *
 * ```ts
 * // event_filters - computed: false, optional: true, required: false
 * private _eventFilters = new Cloudfunctions2FunctionEventFiltersList(this, "event_filters", true);
 *
 * // runtime - computed: false, optional: true, required: false
 * private _runtime?: string;
 * public get runtime() {
 *   return this.getStringAttribute('runtime');
 * ```
 *
 * The provider's own blocks have no class, only an interface; its members stand for the fields then:
 *
 * ```ts
 * export interface HelmProviderKubernetes {
 *   /** Docs at … docs#config_path HelmProvider#config_path} *\/
 *   readonly configPath?: string;
 * ```
 *
 * What it finds in no known form it throws on, so that nothing is left out in silence.
 *
 * @module
 */
import type { Attribute, AttributeType, Block, NestedBlock } from "./provider-schema.ts";

/** A field of a block: its name, what it is, and the lines that follow it up to the next one. */
interface Field {
  name: string;
  is: Attribute["is"];
  text: string;
}

/** A generated class, with what is said of its fields where the interface beside it declares them. */
interface GeneratedClass {
  name: string;
  fields: Field[];
  values: Map<string, string[]>;
}

type Classes = ReadonlyMap<string, GeneratedClass>;

/** A field whose type is a class of its own: `new NAME(this, "field")`, with a flag if it is a set. */
interface Nested {
  className: string;
  isMany: boolean;
  isSet: boolean;
}

const CLASS = /^export (?:abstract )?class (\w+) extends cdktf\.(\w+) \{$/;
const FIELD =
  /^ {2}\/\/ (\w+) - computed: (true|false), optional: (true|false), required: (true|false)$/;

const INTERFACE = /^export interface (\w+)[^{\n]* \{\n(.*?)^\}$/gms;
/** A member of an interface: the field's own name is in the link to its documentation. */
const MEMBER = /#(\w+) \w+#\1\}\n {2}\*\/\n {2}readonly (\w+)(\??): (.+);$/gm;

/**
 * The block of the resource, the data source or the provider that the text declares, without those of
 * its own fields that are to be left out.
 */
export function readCdktf(source: string, isLeftOut = (_name: string): boolean => false): Block {
  const { classes, root } = readClasses(source);
  const fields = root.fields.filter(({ name }) => !isLeftOut(name));
  return toBlock({ ...root, fields }, classes);
}

/** The name of the resource or data source that the text declares. */
export function kindOf(source: string): string | undefined {
  return /tfResourceType = "(\w+)"/.exec(source)?.[1];
}

function readClasses(source: string): { classes: Classes; root: GeneratedClass } {
  const classes = readInterfaces(source);
  const values = readValues(source);
  let root: GeneratedClass | undefined;
  let current: GeneratedClass | undefined;
  for (const line of source.split("\n")) {
    const [, name, base] = CLASS.exec(line) ?? [];
    const field = FIELD.exec(line);
    if (name !== undefined) {
      const owner = name.replace(/OutputReference$/, "");
      const isRoot = /^Terraform(Resource|DataSource|Provider)$/.test(base ?? "");
      const declared = values.get(isRoot ? `${owner}Config` : owner) ?? new Map();
      current = { name, fields: [], values: declared };
      classes.set(name, current);
      if (isRoot) root = current;
    } else if (field !== null) {
      current?.fields.push({ name: field[1] ?? "", is: useOf(field), text: "" });
    } else {
      const last = current?.fields.at(-1);
      if (last !== undefined) last.text += `${line}\n`;
    }
  }
  if (root === undefined) throw new Error("the text declares no resource and no data source");
  return { classes, root };
}

/** The interfaces as if they were classes, each member as the field that a class has for it. */
function readInterfaces(source: string): Map<string, GeneratedClass> {
  return new Map(
    [...source.matchAll(INTERFACE)].map(([, name = "", body = ""]) => {
      const fields = [...body.matchAll(MEMBER)].map(
        ([, field = "", , optional, type = ""]): Field => ({
          name: field,
          is: optional === "?" ? "optional" : "required",
          text: `  private _member?: ${type};`,
        }),
      );
      return [name, { name, fields, values: new Map<string, string[]>() }];
    }),
  );
}

function useOf([, , computed, optional, required]: RegExpExecArray): Attribute["is"] {
  if (required === "true") return "required";
  if (optional === "true") return computed === "true" ? "optional computed" : "optional";
  return "computed";
}

/** The possible values of fields, by interface and field, from the fields' documentation. */
function readValues(source: string): Map<string, Map<string, string[]>> {
  const all = new Map<string, Map<string, string[]>>();
  for (const [, name = "", body = ""] of source.matchAll(INTERFACE)) {
    const values = new Map<string, string[]>();
    for (const [comment] of body.matchAll(/^ {2}\/\*\*$.*?^ {2}\*\/$/gms)) {
      const list = /Possible values: (\["[^\]]*"\])/.exec(comment)?.[1];
      const field = /#(\w+) \w+#\1\}/.exec(comment)?.[1];
      if (list !== undefined && field !== undefined)
        values.set(field, JSON.parse(list) as string[]);
    }
    all.set(name, values);
  }
  return all;
}

function toBlock(of: GeneratedClass, classes: Classes): Block {
  const block: Block = { attributes: {}, blocks: {} };
  for (const field of of.fields) {
    const nested = nestedOf(field, classes);
    if (nested !== null && isBlock(field)) {
      block.blocks[field.name] = toNestedBlock(field, nested, classes);
    } else {
      block.attributes[field.name] = toAttribute(field, of, classes);
    }
  }
  return block;
}

/** What is only computed can be set by nobody, and is an attribute whatever its type is. */
function isBlock({ is }: Field): boolean {
  return is === "required" || is === "optional";
}

function nestedOf({ name, text }: Field, classes: Classes): Nested | null {
  const made = new RegExp(`= new (\\w+)\\(this, "${name}"(?:, (true|false))?\\);`).exec(text);
  if (made?.[1] === undefined) return nestedInMember(text, classes);
  const className = made[1].replace(/List$/, "OutputReference");
  return { className, isMany: made[2] !== undefined, isSet: made[2] === "true" };
}

/** The provider's own fields are of an interface's type, and lists of it where there may be several. */
function nestedInMember(text: string, classes: Classes): Nested | null {
  const [, className, many] = /^ {2}private _\w+\?: (\w+)(\[\])?(?: \| .*)?; ?$/m.exec(text) ?? [];
  if (className === undefined || !classes.has(className)) return null;
  return { className, isMany: many !== undefined, isSet: false };
}

function toNestedBlock({ name, is }: Field, nested: Nested, classes: Classes): NestedBlock {
  const block = toBlock(classOf(nested.className, classes), classes);
  // The only block that every resource has from Terraform's own library, and as one object.
  if (name === "timeouts") return { nesting: "single", min: 0, max: 0, ...block };
  const nesting = nested.isSet ? "set" : "list";
  return { nesting, min: is === "required" ? 1 : 0, max: nested.isMany ? 0 : 1, ...block };
}

function toAttribute(field: Field, of: GeneratedClass, classes: Classes): Attribute {
  const values = field.is === "computed" ? undefined : of.values.get(field.name);
  return {
    type: typeOf(field, classes),
    is: field.is,
    ...(values === undefined ? {} : { values }),
    ...(isWriteOnly(field, of) ? { writeOnly: true } : {}),
  };
}

/** It is not said of a field; but the provider names all that are so `X_wo`, each with its version. */
function isWriteOnly({ name }: Field, { fields }: GeneratedClass): boolean {
  return name.endsWith("_wo") && fields.some((other) => other.name === `${name}_version`);
}

function typeOf(field: Field, classes: Classes): AttributeType {
  const nested = nestedOf(field, classes);
  if (nested !== null) {
    const { fields } = classOf(nested.className, classes);
    const types = fields.map((inner) => [inner.name, typeOf(inner, classes)] as const);
    return [nested.isSet ? "set" : "list", ["object", Object.fromEntries(types)]];
  }
  return typeOfMap(field) ?? typeOfGetter(field) ?? typeOfMember(field) ?? fail(field);
}

function typeOfMap({ text }: Field): AttributeType | null {
  const map = /= new cdktf\.(String|Number|Boolean)Map\(/.exec(text)?.[1];
  return map === undefined ? null : ["map", SCALARS[map] ?? "string"];
}

const SCALARS: Readonly<Record<string, AttributeType>> = {
  String: "string",
  Number: "number",
  Boolean: "bool",
};

function typeOfGetter({ text }: Field): AttributeType | null {
  const got =
    /return (cdktf\.Fn\.tolist\()?this\.get(String|Number|Boolean)?(List|Map|)Attribute\(/.exec(
      text,
    );
  if (got === null) return null;
  const item = SCALARS[got[2] ?? "String"] ?? "string";
  if (got[3] === "Map") return ["map", item];
  return got[3] === "List" ? [got[1] === undefined ? "list" : "set", item] : item;
}

/** The provider's own fields have no such getter. */
function typeOfMember({ text }: Field): AttributeType | null {
  switch (/^ {2}private _\w+\?: (.+?); ?$/m.exec(text)?.[1]) {
    case "string":
      return "string";
    case "number":
      return "number";
    case "boolean | cdktf.IResolvable":
      return "bool";
    case "string[]":
      return ["list", "string"];
    case "{ [key: string]: string }":
      return ["map", "string"];
    default:
      return null;
  }
}

function classOf(name: string, classes: Classes): GeneratedClass {
  const found = classes.get(name);
  if (found === undefined) throw new Error(`there is no class ${name}`);
  return found;
}

function fail({ name, text }: Field): never {
  throw new Error(`the type of ${name} is in no known form:\n${text.slice(0, 300)}`);
}
