import { suite } from "uvu";
import * as assert from "uvu/assert";
import { initialValues } from "../../actions/action.ts";
import type { Bench } from "../../client/api-client.ts";
import { newRolloutAction, tellOutlook, toNewRollout } from "./new-rollout.ts";

const test = suite("a new rollout");

const bench = (name: string, state: Bench["state"]): Bench => ({
  name,
  image: "i",
  apps: [],
  sites: 0,
  state,
});

test("as it stands it goes to the current bench, with what the API would take by itself", () => {
  const action = newRolloutAction([bench("v16", "draining"), bench("v17", "current")]);
  assert.equal(toNewRollout(initialValues(action)), {
    to: "v17",
    waves: ["pool", "canary", "5%", "25%", "100%"],
    soak_minutes: 30,
    pause_at: { failures: 2, percent: 5 },
  });
});

test("what is left empty is left to the API", () => {
  assert.equal(toNewRollout({ to: "v17", waves: " ", soak_minutes: "", "pause_at/failures": "" }), {
    to: "v17",
  });
});

test("waves stand in any kind of list, and what is no number is sent so that the API says it", () => {
  const { waves, soak_minutes } = toNewRollout({
    to: "v17",
    waves: "canary,5%  100%",
    soak_minutes: "soon",
  });
  assert.equal(waves, ["canary", "5%", "100%"]);
  assert.is(JSON.stringify({ soak_minutes }), '{"soak_minutes":null}');
});

test("hours are asked for where one of them is filled in", () => {
  const zone = { "window/time_zone": "Europe/Berlin" };
  assert.equal(toNewRollout({ to: "v17", ...zone }), { to: "v17" });
  assert.equal(
    toNewRollout({ to: "v17", "window/from": "01:00", "window/to": " 05:00", ...zone }).window,
    { from: "01:00", to: "05:00", time_zone: "Europe/Berlin" },
  );
  assert.equal(toNewRollout({ to: "v17", "window/from": "01:00", ...zone }).window, {
    from: "01:00",
    to: "",
    time_zone: "Europe/Berlin",
  });
});

test("the outlook is told wave by wave", () => {
  const told = tellOutlook({
    to: "v17",
    from: ["v15", "v16"],
    tenants: 120,
    canaries: 1,
    waves: [
      { wave: "pool", tenants: 0 },
      { wave: "canary", tenants: 1 },
      { wave: "5%", tenants: 6 },
    ],
  });
  assert.equal(told, [
    "It reaches 120 tenants in v15, v16; 1 of them is a canary.",
    "pool: nobody; it waits until a site of the pool is ready in v17.",
    "canary: 1 tenant.",
    "5%: about 6 tenants.",
  ]);
});

test.run();
