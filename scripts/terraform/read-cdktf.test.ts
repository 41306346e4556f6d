import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kindOf, readCdktf } from "./read-cdktf.ts";

const test = suite("reading a schema out of cdktf's TypeScript");

/** What cdktf generates, without what nobody reads here. */
const SOURCE = `
export interface ThingConfig extends cdktf.TerraformMetaArguments {
  /**
  * How it is seen. Default value: "ALL" Possible values: ["ALL", "NONE"]
  *
  * Docs at Terraform Registry: {@link https://example.com/thing#view Thing#view}
  */
  readonly view?: string;
}
export class ThingPartsOutputReference extends cdktf.ComplexObject {
  // size - computed: false, optional: false, required: true
  private _size?: number; 
  public get size() {
    return this.getNumberAttribute('size');
  }
}
export class ThingTraceOutputReference extends cdktf.ComplexObject {
  // at - computed: true, optional: false, required: false
  public get at() {
    return this.getStringAttribute('at');
  }
}
export class Thing extends cdktf.TerraformResource {
  public static readonly tfResourceType = "google_thing";
  // view - computed: false, optional: true, required: false
  private _view?: string; 
  public get view() {
    return this.getStringAttribute('view');
  }
  // names - computed: true, optional: true, required: false
  private _names?: string[]; 
  public get names() {
    return cdktf.Fn.tolist(this.getListAttribute('names'));
  }
  // all_labels - computed: true, optional: false, required: false
  private _allLabels = new cdktf.StringMap(this, "all_labels");
  // trace - computed: true, optional: false, required: false
  private _trace = new ThingTraceList(this, "trace", false);
  // parts - computed: false, optional: true, required: false
  private _parts = new ThingPartsList(this, "parts", true);
  // main - computed: false, optional: false, required: true
  private _main = new ThingPartsOutputReference(this, "main");
  // timeouts - computed: false, optional: true, required: false
  private _timeouts = new ThingPartsOutputReference(this, "timeouts");
}
`;

const PART = { attributes: { size: { type: "number", is: "required" } }, blocks: {} };

test("a class becomes a block, each field what it is", () => {
  assert.equal(readCdktf(SOURCE), {
    attributes: {
      view: { type: "string", is: "optional", values: ["ALL", "NONE"] },
      names: { type: ["set", "string"], is: "optional computed" },
      all_labels: { type: ["map", "string"], is: "computed" },
      trace: { type: ["list", ["object", { at: "string" }]], is: "computed" },
    },
    blocks: {
      parts: { nesting: "set", min: 0, max: 0, ...PART },
      main: { nesting: "list", min: 1, max: 1, ...PART },
      timeouts: { nesting: "single", min: 0, max: 0, ...PART },
    },
  });
  assert.is(kindOf(SOURCE), "google_thing");
});

/** What it generates of a provider, whose blocks have no class. */
const PROVIDER = `
export interface ThingProviderLogin {
  /**
  * The user's name.
  *
  * Docs at Terraform Registry: {@link https://example.com/docs#user_name ThingProvider#user_name}
  */
  readonly userName: string;
  /**
  * Docs at Terraform Registry: {@link https://example.com/docs#env ThingProvider#env}
  */
  readonly env?: { [key: string]: string };
}
export interface ThingProviderMirror {
  /**
  * Docs at Terraform Registry: {@link https://example.com/docs#login ThingProvider#login}
  */
  readonly login?: ThingProviderLogin;
}
export class ThingProvider extends cdktf.TerraformProvider {
  // debug - computed: false, optional: true, required: false
  private _debug?: boolean | cdktf.IResolvable; 
  // login - computed: false, optional: true, required: false
  private _login?: ThingProviderLogin; 
  // mirror - computed: false, optional: true, required: false
  private _mirror?: ThingProviderMirror[] | cdktf.IResolvable; 
}
`;

const LOGIN = {
  nesting: "list",
  min: 0,
  max: 1,
  attributes: {
    user_name: { type: "string", is: "required" },
    env: { type: ["map", "string"], is: "optional" },
  },
  blocks: {},
};

test("a provider's blocks are read from their interfaces", () => {
  assert.equal(readCdktf(PROVIDER), {
    attributes: { debug: { type: "bool", is: "optional" } },
    blocks: {
      login: LOGIN,
      mirror: { nesting: "list", min: 0, max: 0, attributes: {}, blocks: { login: LOGIN } },
    },
  });
});

test("a field with the name of a write-only one is that", () => {
  const source = SOURCE.replaceAll("view", "view_wo").replace(
    "  // names - computed: true, optional: true",
    `  // view_wo_version - computed: false, optional: true, required: false
  private _version?: number;
  public get version() {
    return this.getNumberAttribute('view_wo_version');
  }
  // names - computed: true, optional: true`,
  );
  const { view_wo, view_wo_version } = readCdktf(source).attributes;
  assert.is(view_wo?.writeOnly, true);
  assert.is(view_wo_version?.writeOnly, undefined);
});

test("a field in no known form is not left out in silence", () => {
  const odd = SOURCE.replace("return this.getNumberAttribute('size');", "return odd;");
  assert.throws(() => readCdktf(odd.replace("_size?: number", "_size?: Odd")), /type of size/);
});

test("some of its own fields can be left out", () => {
  const { attributes } = readCdktf(SOURCE, (name) => name === "view");
  assert.equal(Object.keys(attributes), ["names", "all_labels", "trace"]);
});

test.run();
