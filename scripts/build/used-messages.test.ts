import protobuf from "protobufjs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readRepositoryJson } from "../repository.ts";
import { onlyUsedBy, USED_SERVICES } from "./used-messages.ts";

const test = suite("the messages that are used");

const field = (type: string) => ({ type, id: 1 });
const ROOT = {
  nested: {
    shop: {
      nested: {
        Shop: {
          methods: {
            Buy: { requestType: "BuyRequest", responseType: "other.Receipt" },
            Sell: { requestType: "SellRequest", responseType: "other.Receipt" },
          },
        },
        Admin: { methods: { Close: { requestType: "CloseRequest", responseType: "Nothing" } } },
        BuyRequest: {
          fields: { size: field("Size"), items: { ...field("Item"), keyType: "string" } },
          nested: { Size: { values: { SMALL: 0 } }, Unused: { fields: {} } },
        },
        Size: { values: { OUTER: 0 } },
        Item: { fields: { parts: field("Item"), name: field("string") } },
        SellRequest: { fields: { secret: field("Secret") } },
        Secret: { fields: {} },
        CloseRequest: { fields: {} },
        Nothing: { fields: {} },
      },
    },
    other: { nested: { Receipt: { fields: {} }, Bill: { fields: {} } } },
  },
};

test("are those of the methods that are called, and what these consist of", () => {
  const { nested } = onlyUsedBy({ service: "shop.Shop", methods: ["Buy"] }, ROOT);
  const { shop, other } = nested ?? {};
  assert.equal(Object.keys(shop?.nested ?? {}), ["Shop", "BuyRequest", "Item"]);
  assert.equal(Object.keys(shop?.nested?.["Shop"]?.methods ?? {}), ["Buy"]);
  // The inner one of two that have the same name.
  assert.equal(Object.keys(shop?.nested?.["BuyRequest"]?.nested ?? {}), ["Size"]);
  assert.equal(Object.keys(other?.nested ?? {}), ["Receipt"]);
});

for (const [service, methods] of [
  ["shop.Market", ["Buy"]],
  ["shop.Shop", ["Give"]],
] as const) {
  test(`${service}.${methods[0]}, which there is not, ends the build`, () => {
    assert.throws(() => onlyUsedBy({ service, methods: [...methods] }, ROOT), /There is no/);
  });
}

for (const used of USED_SERVICES) {
  test(`of ${used.service} everything that is left can be resolved`, () => {
    const path = /@google-cloud\/[\w-]+/.exec(used.file.source.replaceAll("\\", ""))?.[0];
    const json = readRepositoryJson(`node_modules/${path}/build/protos/protos.json`);
    const root = protobuf.Root.fromJSON(onlyUsedBy(used, json as object));
    root.resolveAll();
    const { methods } = root.lookupService(used.service);
    assert.equal(Object.keys(methods).toSorted(), used.methods);
  });
}

test.run();
