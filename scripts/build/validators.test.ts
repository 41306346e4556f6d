import * as esbuild from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createTenantSchema } from "../../functions/api/tenants/create-tenant.ts";
import type { Check } from "../../shared/platform/compile-schema.ts";
import { compileSchema } from "../../shared/platform/compile-schema.ts";
import { repository } from "../repository.ts";
import { bundleFrom } from "./bundle.ts";
import { validatorsOf } from "./validators.ts";

const test = suite("validators that are compiled beforehand");

const WITH_DEFAULT = {
  type: "object",
  properties: { limit: { type: "integer", default: 50, description: "a whole number" } },
};

async function load(schemas: object[]): Promise<{ compileSchema: (schema: object) => Check }> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: validatorsOf(schemas), resolveDir: repository },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  const text = outputFiles[0]?.text ?? "";
  return import(`data:text/javascript,${encodeURIComponent(text)}`) as never;
}

const compiled = await load([createTenantSchema, WITH_DEFAULT]);

for (const value of [
  { organization: "Acme", email: "office@acme.example" },
  { organization: "A", email: "nobody", first_name: 1 },
  { organization: "Acme", school_name: "Acme", email: "office@acme.example" },
  { email: "office@acme.example", unknown: true },
  "a text",
  null,
]) {
  test(`find the same faults as ajv itself in ${JSON.stringify(value)}`, () => {
    const [before, now] = [compiled, { compileSchema }].map((by) => {
      const check = by.compileSchema(createTenantSchema);
      return { ok: check(structuredClone(value)), errors: check.errors };
    });
    assert.equal(before, now);
  });
}

test("fill in defaults", () => {
  const value = {};
  compiled.compileSchema(WITH_DEFAULT)(value);
  assert.equal(value, { limit: 50 });
});

test("know no other schema", () => {
  assert.throws(() => compiled.compileSchema({ type: "null" }), /has not compiled this schema/);
});

test("stand in a bundle in the place of ajv itself", async () => {
  const { inputs } = await bundleFrom("shared/platform/schema-parser.ts");
  assert.ok(inputs.includes("shared/platform/compile-schema.ts"));
  assert.not(inputs.includes("node_modules/ajv/dist/2020.js"));
});

test.run();
