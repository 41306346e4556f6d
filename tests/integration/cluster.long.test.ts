/** The contract of the cluster adapter on a real Kubernetes API server. */
import { suite } from "uvu";
import { addTestsOfRealServer, holdToContract, startReal } from "./cluster-contract.ts";
import { findKubeApiserver } from "../testkit/kube-apiserver.ts";
import { skip } from "../testkit/parts.ts";

const test = suite("the cluster adapter on a real API server");

const { assets, reason } = findKubeApiserver(process.env);
if (assets === null)
  skip(test, "the cluster adapter on a real API server", "kube-apiserver", reason);
else holdToContract(test, () => startReal(assets), addTestsOfRealServer);

test.run();
