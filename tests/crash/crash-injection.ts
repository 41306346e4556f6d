/**
 * Site Jobs that are killed before every command, or before every n-th: whatever a Pod was doing when
 * its process group was killed with -9, the next one must bring about the same end, byte for byte.
 *
 * @module
 */
import * as assert from "uvu/assert";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { databaseName } from "../../shared/tenant/names.ts";
import { withChanges, withLoginLink } from "../../shared/tenant/tenant.ts";
import type { Tenant } from "../../shared/tenant/tenant.ts";
import { fillingStandby } from "../testkit/some-standby.ts";
import { createSiteBench, tenantNamed } from "../testkit/site-bench.ts";
import type { Kill, SiteBench, Work } from "../testkit/site-bench.ts";
import type { Ground } from "./grounds.ts";
import { stopThroughout } from "./kill-points.ts";

export const ACME = tenantNamed("acme", "0c16443d-3d8e-4c0d-b43c-ac1174140611");
/** The tenant that gets the name after ACME is gone. */
export const NEXT = tenantNamed("acme", "11111111-2222-4333-8444-555555555555");

export const CREATE: Work = { kind: "create", tenant: ACME };
export const DROP: Work = { kind: "drop", tenant: ACME, generation: 2 };
const LINKED = withChanges(ACME, {
  spec: withLoginLink({}, { key_hash: "7e".repeat(32), user: "office@acme.example" }),
});
const CREATE_LINKED: Work = { kind: "create", tenant: LINKED };
const LINK: Work = { kind: "login-link", tenant: LINKED, generation: 2 };
const DROP_LINKED: Work = { ...DROP, generation: 3 };
const CREATE_NEXT: Work = { kind: "create", tenant: NEXT };

export const CREATE_STANDBY: Work = {
  kind: "create",
  tenant: fillingStandby(new Date(0), { id: ACME.id }),
};
/** Another one, of which the golden dump is. */
const FIRST_STANDBY: Work = {
  kind: "create",
  tenant: fillingStandby(new Date(0), { id: NEXT.id }),
};
/** A link that was asked for with the tenant is set with it. */
export const CLAIM: Work = { kind: "claim", tenant: LINKED, generation: 2 };

/** ACME, called something else, and with what it was called before. */
export function renamed(subdomain: string, former: string, domains: string[] = []): Tenant {
  const former_subdomains = [{ subdomain: former, until: new Date(0) }];
  return withChanges(ACME, { spec: { subdomain, former_subdomains, domains } });
}
export const RENAME: Work = { kind: "rename", tenant: renamed("new", "acme"), generation: 2 };
const RENAME_BACK: Work = { ...RENAME, tenant: renamed("acme", "new"), generation: 3 };
const DOMAINS = ["shop.example", "www.shop.example"];
const ADD_DOMAINS: Work = {
  ...RENAME,
  tenant: renamed("newest", "new", DOMAINS),
  generation: 3,
};

/** That a visitor reaches the site by one of two names, at least. */
function reachedByEither(one: string, other: string): (bench: SiteBench) => void {
  return (bench) => {
    const led = [one, other].map((host) => {
      try {
        return realpathSync(join(bench.volume.hosts, host));
      } catch {
        return null;
      }
    });
    assert.ok(led.includes(bench.site(ACME)), `${one} and ${other} lead to ${led.join(" and ")}`);
  };
}

export interface Scenario {
  /** What happened before the Job that is killed. */
  before: Work[];
  killed: Work;
  /** How many containers that Job has. */
  containers: number;
  /** What may happen after it, beginning with what takes it up again. Without any, it must have changed nothing. */
  afters: Work[][];
  /** What holds wherever it is killed. */
  always?: (bench: SiteBench) => void;
  /** Whether ACME's customer has written something before, which stays all the time, untouched. */
  isWritten?: true;
  /** What brings a server that outlives the bench back to where it was. */
  cleanUp: Work[];
  /** Whether what is killed changes no database, or as another scenario does. */
  isWithoutDatabase?: true;
}

const RETAIN: Work = { kind: "retain", tenant: ACME, generation: 2 };
const UNDELETE: Work = { kind: "resume", tenant: ACME, generation: 3 };
const UNDELETE_SUSPENDED: Work = { ...UNDELETE, kind: "suspend" };
const DROP_RETAINED: Work = { ...DROP, generation: 4 };

/** That the site is there, whole: it is the only one. */
function isKept(bench: SiteBench): void {
  assert.ok(existsSync(join(bench.site(ACME), ".provisioned")), "the site is not there");
}

export const SCENARIOS: [sentence: string, scenario: Scenario][] = [
  [
    "a create that is run again makes the same site, and a drop in its place leaves nothing",
    { before: [], killed: CREATE, containers: 2, afters: [[CREATE], [DROP]], cleanUp: [DROP] },
  ],
  [
    "a drop that is run again leaves the same nothing",
    { before: [CREATE], killed: DROP, containers: 1, afters: [[DROP]], cleanUp: [] },
  ],
  [
    "the next tenant's create on the name after a drop, run again, makes the same site",
    {
      before: [CREATE, DROP],
      killed: CREATE_NEXT,
      containers: 2,
      afters: [[CREATE_NEXT]],
      cleanUp: [{ ...CREATE_NEXT, kind: "drop", generation: 2 }],
    },
  ],
  [
    "a late create after a drop does nothing, wherever it is killed",
    {
      before: [CREATE, DROP],
      killed: CREATE,
      containers: 2,
      afters: [],
      cleanUp: [],
      isWithoutDatabase: true,
    },
  ],
  [
    "a login link that is set again is the same",
    {
      before: [CREATE],
      killed: LINK,
      containers: 1,
      afters: [[LINK]],
      cleanUp: [DROP_LINKED],
      isWithoutDatabase: true,
    },
  ],
  [
    "a create that sets a login link on a site that is made already is the same when it is run again",
    {
      before: [CREATE],
      killed: CREATE_LINKED,
      containers: 2,
      afters: [[CREATE_LINKED]],
      cleanUp: [DROP],
      isWithoutDatabase: true,
    },
  ],
  [
    "a standby's create that is run again makes the same site",
    {
      before: [],
      killed: CREATE_STANDBY,
      containers: 2,
      afters: [[CREATE_STANDBY]],
      cleanUp: [DROP],
    },
  ],
  [
    "a standby's create out of a golden dump that is run again, or tried again, makes the same site",
    {
      before: [FIRST_STANDBY],
      killed: CREATE_STANDBY,
      containers: 2,
      afters: [[CREATE_STANDBY], [{ ...CREATE_STANDBY, attempt: 2 }]],
      cleanUp: [DROP, { ...FIRST_STANDBY, kind: "drop", generation: 2 }],
    },
  ],
  [
    "a claim that is run again gives the same site to the customer, and a drop in its place leaves nothing",
    {
      before: [CREATE_STANDBY],
      killed: CLAIM,
      containers: 1,
      afters: [[CLAIM], [DROP_LINKED]],
      cleanUp: [DROP_LINKED],
    },
  ],
  [
    "a rename that is run again, or taken back, gives the same names, and one leads to the site all the time",
    {
      before: [CREATE],
      killed: RENAME,
      containers: 1,
      afters: [[RENAME], [RENAME_BACK]],
      always: reachedByEither("acme.kairos.app", "new.kairos.app"),
      cleanUp: [{ ...DROP, generation: 4 }],
      isWithoutDatabase: true,
    },
  ],
  [
    "a rename to domains of the customer's own and a newer name, run again, gives the same names",
    {
      before: [CREATE, RENAME],
      killed: ADD_DOMAINS,
      containers: 1,
      afters: [[ADD_DOMAINS]],
      always: reachedByEither("new.kairos.app", "shop.example"),
      cleanUp: [{ ...DROP, generation: 4 }],
      isWithoutDatabase: true,
    },
  ],
  [
    "a drop of a site with many names that is run again frees them all",
    {
      before: [CREATE, ADD_DOMAINS],
      killed: { ...DROP, generation: 4 },
      containers: 1,
      afters: [[{ ...DROP, generation: 4 }]],
      cleanUp: [],
      isWithoutDatabase: true,
    },
  ],
  [
    "a deletion that can be taken back is the same when it is run again, is taken back, to open or suspended, or is for good",
    {
      before: [CREATE],
      killed: RETAIN,
      containers: 1,
      afters: [[RETAIN], [UNDELETE], [UNDELETE_SUSPENDED], [DROP_RETAINED]],
      isWritten: true,
      always: isKept,
      cleanUp: [DROP_RETAINED],
    },
  ],
  [
    "an undelete that is run again opens the same site, or gives way to another deletion",
    {
      before: [CREATE, RETAIN],
      killed: UNDELETE,
      containers: 1,
      afters: [[UNDELETE], [{ ...RETAIN, generation: 4 }], [DROP_RETAINED]],
      isWritten: true,
      always: isKept,
      cleanUp: [{ ...DROP, generation: 5 }],
    },
  ],
  [
    "an undelete of a site that was suspended, run again, closes the same site",
    {
      before: [CREATE, RETAIN],
      killed: UNDELETE_SUSPENDED,
      containers: 1,
      afters: [[UNDELETE_SUSPENDED]],
      isWritten: true,
      always: isKept,
      cleanUp: [DROP_RETAINED],
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
  { before, killed, containers, afters, cleanUp, always, isWritten }: Scenario,
  { everyNth, workers, ground }: { everyNth: number; workers: number; ground: Ground },
): Promise<Killed> {
  const template = createSiteBench(ground.database);
  const isOnDisk = ground.database.clientDirectory !== null;
  const state = async (bench: SiteBench) => [
    ...bench.snapshot(),
    ...(await ground.databaseState()),
  ];
  const content = (bench: SiteBench) => ground.content(bench, databaseName(ACME.id));
  let written: string[] = [];
  const begin = async (bench: SiteBench) => {
    await runAll(bench, before);
    if (isWritten === undefined) return;
    ground.write(bench, databaseName(ACME.id), "precious");
    written = content(bench);
  };
  /** What it comes to where nothing is killed. */
  const stateAfter = async (works: Work[]) => {
    const bench = createSiteBench(ground.database);
    try {
      await begin(bench);
      await runAll(bench, works);
      const reached = await state(bench);
      await runAll(bench, cleanUp);
      return reached;
    } finally {
      bench.remove();
    }
  };
  try {
    if (isOnDisk) await begin(template);
    const ends: { after: Work[]; wanted: string[] }[] = [];
    for (const after of afters) {
      ends.push({ after, wanted: await stateAfter([killed, ...after]) });
    }
    if (afters.length === 0) ends.push({ after: [], wanted: await stateAfter([]) });

    let kills = 0;
    const states = new Set<string>();
    const killAt = async (
      kill: Kill,
      { after, wanted }: (typeof ends)[number],
      isFirst: boolean,
    ) => {
      const bench = createSiteBench(ground.database, isOnDisk ? template : undefined);
      try {
        if (!isOnDisk) await begin(bench);
        const { status } = await bench.run({ ...killed, kill });
        if (status !== null) {
          await runAll(bench, cleanUp);
          return "over" as const;
        }
        always?.(bench);
        if (isWritten === true)
          assert.equal(content(bench), written, `killed at ${JSON.stringify(kill)}`);
        if (isFirst) {
          kills += 1;
          const left = (await state(bench)).join("\n");
          if (isOnDisk && states.has(left)) return "known" as const;
          states.add(left);
        }
        await runAll(bench, after);
        assert.equal(await state(bench), wanted, `killed at ${JSON.stringify(kill)}`);
        await runAll(bench, cleanUp);
        return "new" as const;
      } finally {
        bench.remove();
      }
    };
    const killAtEach = async (kill: Kill): Promise<boolean> => {
      for (const [index, end] of ends.entries()) {
        const found = await killAt(kill, end, index === 0);
        if (found === "over") return false;
        // It was tried where it was new, with all that may follow.
        if (found === "known") break;
      }
      return true;
    };
    for (let container = 0; container < containers; container++) {
      const stopAt = (beforeCommand: number) => killAtEach({ container, beforeCommand });
      await stopThroughout(everyNth, stopAt, workers);
    }
    return { kills, states: states.size };
  } finally {
    template.remove();
  }
}

async function runAll(bench: SiteBench, works: Work[]): Promise<void> {
  for (const work of works) {
    const { status, output } = await bench.run(work);
    assert.is(status, 0, `${work.kind} of ${work.tenant.id}: ${output}`);
  }
}
