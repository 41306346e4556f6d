import { createHash } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { askedRollout } from "../../tests/testkit/some-rollout.ts";
import { addSeconds } from "../tenant/tenant.ts";
import { decideRollout } from "./decide-rollout.ts";
import { endOfShare, readsFor } from "./observed-rollout.ts";
import type { CandidateRange, SeenTenant, Standing } from "./observed-rollout.ts";
import { applyRolloutCommand } from "./rollout-commands.ts";
import { isOver } from "./rollout.ts";
import type { NewRollout, Rollout } from "./rollout.ts";

const test = suite("a rollout from its beginning to its end");

const BEGIN = new Date("2026-11-30T00:00:00Z");
const at = (minute: number) => addSeconds(BEGIN, 60 * minute);

/** A resync takes so many steps at most. */
const MAX_STEPS = 5;

interface Tenant {
  id: string;
  isMoved: boolean;
  isCanary: boolean;
  isPinned: boolean;
  /** Whether its migration does not go through. */
  isBroken: boolean;
  isDamaged: boolean;
  timeZone: string | null;
  /** Until when something else is done to it. */
  busyUntil: number;
  /** The marks of the questions that it was asked. */
  asked: string[];
  /** How many minutes its operation still takes; null where there is none. */
  left: number | null;
  /** When it is deleted; null for never. */
  deletedAt: number | null;
}

/** The k-th of some tenants, whose ids are as good as random, and always the same. */
function tenantOf(k: number): Tenant {
  const id = createHash("sha256").update(String(k)).digest("hex").slice(0, 12);
  return {
    id,
    isMoved: false,
    isCanary: k % 1000 === 0,
    isPinned: k % 500 === 1,
    isBroken: k % 100 === 50,
    isDamaged: k % 2500 === 3,
    timeZone: null,
    busyUntil: k % 50 === 7 ? 20 * 60 : 0,
    asked: [],
    left: null,
    deletedAt: k % 200 === 9 ? (k % 7) * 300 : null,
  };
}

/** What happens around a rollout. */
interface World {
  /** Whether no Job comes any further in this minute. */
  isOut?: (minute: number) => boolean;
  /** Whether the resync ends in this minute between what it writes and what it asks. */
  isKilled?: (minute: number) => boolean;
  change?: (tenant: Tenant) => void;
}

interface Life {
  rollout: Rollout;
  tenants: Tenant[];
  minutes: number;
  /** The most documents of tenants that one tick has read. */
  mostReads: number;
  mostUnderWay: number;
  /** The rollout at each of its pauses, when nobody was under way any more. */
  pauses: Rollout[];
  /** Whom it has asked, with the wave that it was in. */
  asked: { id: string; wave: number; minute: number }[];
}

const MAX_MINUTES = 60 * 24 * 14;

/** A rollout with an operator who resumes it after each of its pauses. */
function live(count: number, asked: Partial<NewRollout>, world: World = {}): Life {
  const tenants = Array.from({ length: count }, (_, k) => tenantOf(k));
  for (const tenant of tenants) world.change?.(tenant);
  tenants.sort((one, other) => (one.id < other.id ? -1 : 1));
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  const life: Life = {
    rollout: askedRollout(BEGIN, asked),
    tenants,
    minutes: 0,
    mostReads: 0,
    mostUnderWay: 0,
    pauses: [],
    asked: [],
  };
  for (; life.minutes < MAX_MINUTES; life.minutes++) {
    work(life, byId, world);
    tick(life, byId, world);
    const { state, under_way } = life.rollout;
    life.mostUnderWay = Math.max(life.mostUnderWay, under_way.length);
    if (under_way.length > 0) continue;
    if (isOver({ state })) return life;
    if (state === "paused") resume(life);
  }
  throw new Error(
    `It does not end: ${JSON.stringify({ ...life.rollout, failed: [], skipped: [] })}`,
  );
}

/** A minute of all Jobs. */
function work({ rollout, minutes }: Life, byId: Map<string, Tenant>, { isOut }: World): void {
  if (isOut?.(minutes)) return;
  for (const { id } of rollout.under_way) {
    const tenant = byId.get(id)!;
    if (tenant.left === null) continue;
    tenant.left -= 1;
    if (tenant.left > 0) continue;
    tenant.left = null;
    tenant.isMoved = !tenant.isBroken;
  }
}

/** What a resync does for the rollout. */
function tick(life: Life, byId: Map<string, Tenant>, { isKilled }: World): void {
  const now = at(life.minutes);
  let reads = 0;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const { rollout } = life;
    if (rollout.next_check_at === null || rollout.next_check_at > now) break;
    const { candidates } = readsFor(rollout, now);
    const page = candidates && read(life.tenants, candidates);
    const standing = (tenant: Tenant | undefined, id: string, mark: string): SeenTenant => ({
      id,
      ...standingOf(tenant, mark, life.minutes),
    });
    const observed = {
      isConfigured: true,
      isPoolReady: life.minutes >= 10,
      underWay: rollout.under_way.map(({ id, ask_id }) => standing(byId.get(id), id, ask_id)),
      candidates: page && {
        tenants: page.map((tenant) => standing(tenant, tenant.id, rollout.ask_id)),
        isLast: page.length < (candidates?.limit ?? 0),
      },
    };
    reads += rollout.under_way.length + (page?.length ?? 0);
    const { changes, ask, recheckAfterSeconds } = decideRollout(rollout, observed, now);
    const next_check_at =
      recheckAfterSeconds === null ? null : addSeconds(now, recheckAfterSeconds);
    life.rollout = { ...rollout, ...changes, next_check_at };
    if (isKilled?.(life.minutes)) break;
    for (const id of ask) {
      const tenant = byId.get(id)!;
      tenant.asked.push(rollout.ask_id);
      tenant.left = 1 + (Number.parseInt(id.slice(4, 6), 16) % 6);
      life.asked.push({ id, wave: life.rollout.wave, minute: life.minutes });
    }
  }
  life.mostReads = Math.max(life.mostReads, reads);
}

/** As the database answers. */
function read(tenants: Tenant[], range: CandidateRange): Tenant[] {
  const { after, below, limit, canariesOnly } = range;
  const found: Tenant[] = [];
  for (let index = placeAfter(tenants, after); index < tenants.length; index++) {
    const tenant = tenants[index]!;
    if (found.length === limit || (below !== null && tenant.id >= below)) break;
    if (!tenant.isMoved && (tenant.isCanary || !canariesOnly)) found.push(tenant);
  }
  return found;
}

function placeAfter(tenants: Tenant[], after: string | null): number {
  if (after === null) return 0;
  let [low, high] = [0, tenants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tenants[middle]!.id <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function standingOf(tenant: Tenant | undefined, mark: string, minute: number): Standing {
  if (tenant === undefined) return { is: "gone" };
  if (tenant.isDamaged) return { is: "damaged" };
  if (tenant.deletedAt !== null && tenant.deletedAt <= minute) return { is: "gone" };
  if (tenant.isMoved) return { is: "moved" };
  if (tenant.left !== null) return { is: "moving" };
  if (tenant.asked.includes(mark)) {
    return { is: "failed", reason: "MigrationFailed", message: "no", patch: null, step: null };
  }
  if (tenant.isPinned) return { is: "pinned", message: "year-end", until: null };
  if (minute < tenant.busyUntil) return { is: "busy" };
  return { is: "free", timeZone: tenant.timeZone };
}

function resume(life: Life): void {
  life.pauses.push(life.rollout);
  command(life, "resume");
}

function command(life: Life, name: "resume" | "retry-failed"): void {
  const requestedBy = { name: "key:operator", request_id: null, reason: null };
  const issued = { commandId: `${name}-${life.minutes}`, requestedBy, now: at(life.minutes) };
  const effect = applyRolloutCommand(life.rollout, { name }, issued);
  assert.is(effect.outcome, "changed");
  if (effect.outcome === "changed") life.rollout = { ...life.rollout, ...effect.changes };
}

/** What holds of any rollout that is over. */
function check({ rollout, tenants, mostReads, mostUnderWay }: Life, max: number): void {
  assert.is(rollout.state, "done");
  assert.equal(rollout.under_way, []);
  assert.ok(mostUnderWay <= max, `${mostUnderWay} at once`);
  // Which no number of tenants is part of.
  assert.ok(mostReads <= MAX_STEPS * (max + 20), `${mostReads} reads in one tick`);
  for (const { id, asked, isMoved, isBroken, isPinned, isDamaged, deletedAt } of tenants) {
    assert.ok(asked.length <= 1, `${id} was asked ${asked.length} times`);
    if (isPinned || isDamaged) assert.not(asked.length);
    else if (deletedAt === null) assert.is(isMoved, !isBroken, id);
  }
  for (const { asked, done, failed, gone } of rollout.waves) assert.is(asked, done + failed + gone);
}

const failedIn = ({ waves }: Rollout) => waves.reduce((sum, { failed }) => sum + failed, 0);

test("of 10,000 tenants, 100 of them broken and three hours of outage, all are moved that can be", () => {
  const max = 20;
  const isOut = (minute: number) => minute >= 1200 && minute < 1380;
  const life = live(10_000, { max_per_database: max }, { isOut });
  check(life, max);
  const { rollout, tenants, asked, pauses } = life;

  // The order: first the canaries, then a twentieth, then a quarter, and the rest; within a wave by the ids.
  const canaries = new Set(tenants.filter(({ isCanary }) => isCanary).map(({ id }) => id));
  const [five, quarter] = [endOfShare(5)!, endOfShare(25)!];
  assert.ok(asked.every(({ wave }, index) => wave >= (asked[index - 1]?.wave ?? 0)));
  for (const { id, wave } of asked) {
    if (wave === 1) assert.ok(canaries.has(id));
    if (wave === 2) assert.ok(id < five);
    if (wave === 3) assert.ok(id < quarter);
  }
  assert.is(rollout.waves[0]?.asked, 0);
  const theirs = asked.filter(({ wave }) => wave === 1);
  assert.is(rollout.waves[1]?.asked, theirs.length);
  const share = rollout.waves[2]?.asked ?? 0;
  assert.ok(share > 400 && share < 600, `${share} in the wave of 5 %`);

  // Half an hour between two waves that moved somebody.
  for (const [index, { started_at }] of rollout.waves.entries()) {
    if (index < 2 || started_at === null) continue;
    const before = rollout.waves[index - 1]?.ended_at ?? BEGIN;
    assert.ok(started_at >= addSeconds(before, 1800), `wave ${index} began too early`);
  }

  // Nobody was asked in the outage but those who were then under way.
  const during = asked.filter(({ minute }) => minute > 1200 && minute < 1380);
  assert.ok(during.length <= max, `${during.length} were asked in the outage`);

  // A pause comes at the second failure; those then under way may still fail.
  let before = 0;
  for (const pause of pauses) {
    assert.is(pause.reason, "TooManyFailures");
    const since = failedIn(pause) - before;
    assert.ok(since >= 2 && since <= 1 + max, `${since} failures before a pause`);
    before = failedIn(pause);
  }
  assert.ok(pauses.length > 1);

  const broken = tenants.filter((one) => one.isBroken && one.asked.length > 0);
  const deletedMeanwhile = rollout.waves.reduce((sum, { gone }) => sum + gone, 0);
  assert.ok(failedIn(rollout) <= broken.length);
  assert.ok(failedIn(rollout) >= broken.length - deletedMeanwhile);
  const skipped = rollout.skipped.map(({ reason }) => reason);
  assert.is(skipped.filter((reason) => reason === "Pinned").length, 20);
  assert.is(skipped.filter((reason) => reason === "RecordDamaged").length, 4);
});

test("a process that ends before it has asked leaves nobody behind, and asks nobody twice", () => {
  const life = live(300, { max_per_database: 5 }, { isKilled: (minute) => minute % 3 === 0 });
  check(life, 5);
});

test("each is asked in the night of its own time zone", () => {
  const window = { from: "01:00", to: "05:00", time_zone: "UTC" };
  const zones = ["Asia/Kolkata", "America/New_York", null];
  const change = (tenant: Tenant) => {
    tenant.timeZone = zones[Number.parseInt(tenant.id.slice(0, 2), 16) % 3] ?? null;
  };
  const life = live(300, { max_per_database: 10, window }, { change });
  check(life, 10);
  const hourOf = new Map([
    ["Asia/Kolkata", 5.5],
    ["America/New_York", -5],
  ]);
  const zoneOf = new Map(life.tenants.map(({ id, timeZone }) => [id, timeZone]));
  for (const { id, minute } of life.asked) {
    const hour = (minute / 60 + (hourOf.get(zoneOf.get(id) ?? "") ?? 0) + 24) % 24;
    assert.ok(hour >= 1 && hour < 5, `${id} at ${hour}`);
  }
});

test("what failed is asked once more when somebody asks for that, and nobody else is", () => {
  const life = live(300, { max_per_database: 5 });
  const broken = life.tenants.filter(({ isBroken, asked }) => isBroken && asked.length > 0);
  assert.ok(broken.length > 0);
  for (const tenant of broken) tenant.isBroken = false;
  const byId = new Map(life.tenants.map((tenant) => [tenant.id, tenant]));
  command(life, "retry-failed");
  while (!isOver(life.rollout)) {
    life.minutes += 1;
    work(life, byId, {});
    tick(life, byId, {});
  }
  assert.is(failedIn(life.rollout), 0);
  for (const tenant of life.tenants) {
    assert.is(tenant.asked.length <= 1, !broken.includes(tenant));
    if (broken.includes(tenant)) assert.ok(tenant.isMoved);
  }
});

test.run();
