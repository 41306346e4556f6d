/** The contract of the cluster adapter on the local fake. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { countConnections } from "../../scripts/benchmarks/parts/sockets.ts";
import { holdToContract, startLocal } from "./cluster-contract.ts";
import { addTestsOfLogs } from "./cluster-logs.ts";

const test = suite("the cluster adapter on the local fake");

holdToContract(test, startLocal, addTestsOfLogs);

test("200 calls over TLS use one or two connections, where the client by itself uses 200", async () => {
  const { ours, plain } = await countConnections();
  assert.ok(ours.open <= 2 && ours.opened <= 2, JSON.stringify(ours));
  assert.is(plain.opened, 200);
});

test.run();
