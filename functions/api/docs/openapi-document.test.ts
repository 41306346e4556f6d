import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { EndpointSpec } from "../http/endpoint.ts";
import { named } from "../http/named-schema.ts";
import { openApiDocument } from "./openapi-document.ts";

const test = suite("the OpenAPI document");

const pear = named("Pear", {
  type: "object",
  additionalProperties: false,
  properties: { ripe: { type: "boolean" } },
});
const basket = named("Basket", {
  type: "object",
  additionalProperties: false,
  properties: { pears: { type: "array", items: pear } },
});
const order = named("Order", { ...pear });

const spec: EndpointSpec = {
  method: "POST",
  path: "/baskets",
  summary: "Order a basket",
  body: order,
  answers: { 200: { description: "The basket.", schema: basket } },
};

interface Document {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, Record<string, unknown>> };
}

function documentOf(endpoints: Record<string, EndpointSpec>): Document {
  return openApiDocument(endpoints, "1.0.0") as unknown as Document;
}

test("has every schema that an endpoint names, however deep, in the order of the names", () => {
  const { paths, components } = documentOf({ orderBasket: spec });
  assert.equal(Object.keys(components.schemas), ["Basket", "Order", "Pear", "Problem"]);
  assert.equal(components.schemas["Basket"]?.["properties"], {
    pears: { type: "array", items: { $ref: "#/components/schemas/Pear" } },
  });
  assert.match(
    JSON.stringify(paths["/baskets"]?.["post"]?.responses["200"]),
    '"schema":{"$ref":"#/components/schemas/Basket"}',
  );
});

test("has no schema that no endpoint uses", () => {
  const { body: _, ...read } = { ...spec, method: "GET" } as const;
  const { components } = documentOf({ readBasket: read });
  assert.equal(Object.keys(components.schemas), ["Basket", "Pear", "Problem"]);
});

test("closes what comes in, and leaves open what is answered", () => {
  const { schemas } = documentOf({ orderBasket: spec }).components;
  assert.is(schemas["Order"]?.["additionalProperties"], false);
  assert.not("additionalProperties" in (schemas["Basket"] ?? {}));
});

test("has no two schemas of one name", () => {
  assert.throws(() => named("Pear", { type: "string" }), /Two schemas are named Pear/);
});

test.run();
