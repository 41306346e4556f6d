/**
 * Site Jobs that are killed before every command, or before every n-th: whatever a Pod was doing when
 * its process group was killed with -9, the next one must bring about the same end, byte for byte.
 *
 * @module
 */
import * as assert from "uvu/assert";
import { withChanges, withLoginLink } from "../../shared/tenant/tenant.ts";
import { createSiteBench, STAND_IN, tenantNamed } from "../testkit/site-bench.ts";
import type { DatabaseAddress, Kill, SiteBench, Work } from "../testkit/site-bench.ts";

export const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
/** The tenant that gets the name after ACME is gone. */
export const NEXT = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");

export const CREATE: Work = { kind: "create", tenant: ACME };
export const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };
const LINKED = withChanges(ACME, {
  spec: withLoginLink({}, { key_hash: "7e".repeat(32), user: "office@acme.example", reason: null }),
});
const CREATE_LINKED: Work = { kind: "create", tenant: LINKED };
const LINK: Work = { kind: "login-link", tenant: LINKED, generation: 2 };
const DROP_LINKED: Work = { ...DROP, generation: 3 };
const CREATE_NEXT: Work = { kind: "create", tenant: NEXT };

/** Where the sites and databases of a scenario are, and what is to be compared of them. */
export interface Ground {
  database: DatabaseAddress;
  /** What the database server holds, where that is not on disk beside the sites. */
  databaseState: () => Promise<string[]>;
}

export const FAKE_GROUND: Ground = {
  database: STAND_IN,
  databaseState: () => Promise.resolve([]),
};

export interface Scenario {
  /** What happened before the Job that is killed. */
  before: Work[];
  killed: Work;
  /** How many containers that Job has. */
  containers: number;
  /** What happens after it, beginning with what takes it up again. */
  after: Work[];
  /** What brings a server that outlives the bench back to where it was. */
  cleanUp: Work[];
}

export const SCENARIOS: [sentence: string, scenario: Scenario][] = [
  [
    "a create that is run again makes the same site",
    { before: [], killed: CREATE, containers: 2, after: [CREATE], cleanUp: [DROP] },
  ],
  [
    "a drop that is run again leaves the same nothing",
    { before: [CREATE], killed: DROP, containers: 1, after: [DROP], cleanUp: [] },
  ],
  [
    "a drop after a killed create leaves the same nothing",
    { before: [], killed: CREATE, containers: 2, after: [DROP], cleanUp: [] },
  ],
  [
    "the next tenant's create on the name after a drop, run again, makes the same site",
    {
      before: [CREATE, DROP],
      killed: CREATE_NEXT,
      containers: 2,
      after: [CREATE_NEXT],
      cleanUp: [{ ...CREATE_NEXT, kind: "drop", generation: 2 }],
    },
  ],
  [
    "a late create after a drop does nothing, wherever it is killed",
    { before: [CREATE, DROP], killed: CREATE, containers: 2, after: [], cleanUp: [] },
  ],
  [
    "a login link that is set again is the same",
    { before: [CREATE], killed: LINK, containers: 1, after: [LINK], cleanUp: [DROP_LINKED] },
  ],
  [
    "a create that sets a login link on a site that is made already is the same when it is run again",
    {
      before: [CREATE],
      killed: CREATE_LINKED,
      containers: 2,
      after: [CREATE_LINKED],
      cleanUp: [DROP],
    },
  ],
];

export interface Killed {
  kills: number;
  /** How many different states the kills left behind. */
  states: number;
}

/**
 * Runs a scenario with a kill before every n-th command. What comes after a kill depends on nothing but
 * what the kill left behind, so it is run once for each state that kills leave.
 */
export async function runKilled(
  { before, killed, containers, after, cleanUp }: Scenario,
  { everyNth, workers, ground }: { everyNth: number; workers: number; ground: Ground },
): Promise<Killed> {
  const template = createSiteBench(ground.database);
  const expected = createSiteBench(ground.database);
  const state = async (bench: SiteBench) => [
    ...bench.snapshot(),
    ...(await ground.databaseState()),
  ];
  try {
    await runAll(template, before);
    await runAll(expected, [...before, ...(after.length > 0 ? [killed, ...after] : [])]);
    const wanted = await state(expected);
    await runAll(expected, cleanUp);

    let kills = 0;
    const states = new Set<string>();
    const killAt = async (kill: Kill): Promise<boolean> => {
      const isOnDisk = ground.database.clientDirectory !== null;
      const bench = createSiteBench(ground.database, isOnDisk ? template : undefined);
      try {
        if (!isOnDisk) await runAll(bench, before);
        const { status } = await bench.run({ ...killed, kill });
        if (status === null) {
          kills += 1;
          if (kills % 50 === 0) console.log(`… ${kills} kill points`);
          const left = (await state(bench)).join("\n");
          if (isOnDisk && states.has(left)) return true;
          states.add(left);
          await runAll(bench, after);
          assert.equal(await state(bench), wanted, `killed at ${JSON.stringify(kill)}`);
        }
        await runAll(bench, cleanUp);
        return status === null;
      } finally {
        bench.remove();
      }
    };
    for (let container = 0; container < containers; container++) {
      await upTo(killAt, { container, everyNth, workers });
    }
    return { kills, states: states.size };
  } finally {
    template.remove();
    expected.remove();
  }
}

/** Kills one container before command after command, until it ends before it can be killed. */
async function upTo(
  killAt: (kill: Kill) => Promise<boolean>,
  { container, everyNth, workers }: { container: number; everyNth: number; workers: number },
): Promise<void> {
  let next = 0;
  let isOver = false;
  const work = async () => {
    while (!isOver) {
      const beforeCommand = next;
      next += everyNth;
      if (!(await killAt({ container, beforeCommand }))) isOver = true;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
}

async function runAll(bench: SiteBench, works: Work[]): Promise<void> {
  for (const work of works) {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
  }
}
