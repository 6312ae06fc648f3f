import { expect, test } from 'vitest';
import {
  aloneMs,
  lightMsMax,
  resumedPerTurnMax,
  roundAloneMsMax,
  roundMsMax,
  stepsPerTurn,
  stretchMsMax,
  turnMs,
} from '../limits.ts';
import { Flow, type Runnable, type TurnEnd } from './flow.ts';
import { Pace } from './pace.ts';
import { Scheduler } from './scheduler.ts';

/** A clock that moves only when somebody works, and an event loop that the test turns. */
function stage() {
  /** `followsMs`: what follows from each turn. */
  const state = { now: 0, waitedMs: 0, followsMs: 0 };
  const soon: (() => void)[] = [];
  const complaints: string[] = [];
  const clock = {
    monotonicMs: () => state.now,
    workedMs: () => state.now - state.waitedMs,
    soon: (call: () => void) => void soon.push(call),
    settled: (call: () => void) => {
      state.now += state.followsMs;
      call();
    },
  };
  const log = {
    error: (event: string, fields: object = {}) => void complaints.push(`${event} ${JSON.stringify(fields)}`),
  };
  const scheduler = new Scheduler(clock, log);
  const order: string[] = [];
  /** Works `turns` times for `ms` each. */
  const worker = (name: string, ms: number, turns = 1) => {
    let left = turns;
    return {
      turn(): TurnEnd {
        order.push(name);
        state.now += ms;
        left -= 1;
        return left > 0 ? 'more' : 'done';
      },
    };
  };
  const loop = (times = 1) => {
    for (let at = 0; at < times; at += 1) for (const call of soon.splice(0)) call();
  };
  return { scheduler, state, order, complaints, worker, loop, soon };
}

test('whoever is alone begins at once, and goes on until sockets and disk must have their time', () => {
  const { scheduler, state, order, worker, loop } = stage();
  scheduler.ready(new Flow(), worker('a', turnMs, 100));
  expect(order.length).toBe(roundMsMax / turnMs);
  loop();
  expect([order.length, state.now]).toEqual([(2 * roundMsMax) / turnMs, 2 * roundMsMax]);
});

test('what follows from a turn is part of it: the round is over the sooner, and its tenant pays', () => {
  const { scheduler, state, order, worker } = stage();
  state.followsMs = turnMs;
  const flow = new Flow();
  scheduler.ready(flow, worker('a', turnMs, 100));
  expect(order.length).toBe(roundMsMax / turnMs / 2);
  expect(flow.spentMs).toBeCloseTo(roundMsMax);
});

test('what a turn lets happen outside of turns takes its place in the round, and is charged when it happens', () => {
  const { scheduler, order, worker, loop } = stage();
  const flow = new Flow();
  for (let at = 0; at < 20; at += 1)
    scheduler.ready(flow, { ...worker('reads', 0), followsMs: roundMsMax / 4 });
  expect(order.length).toBeLessThanOrEqual(5);
  loop();
  expect(order.length).toBeLessThanOrEqual(10);
  expect(flow.spentMs).toBeLessThan(roundMsMax / 4);
});

test('while one tenant alone has turns rounds are longer, and short again as soon as there is another', () => {
  const { scheduler, state, order, worker, loop } = stage();
  scheduler.ready(new Flow(), worker('one', turnMs, 10_000));
  loop(aloneMs / roundMsMax + 1);
  let before = order.length;
  loop();
  expect((order.length - before) * turnMs).toBe(roundAloneMsMax);
  scheduler.ready(new Flow(), worker('other', 0.01));
  loop();
  before = state.now;
  loop();
  expect(state.now - before).toBe(roundMsMax);
});

test('of many that may go on at once a few do, and those of a busy tenant have turns for the rest', async () => {
  const { scheduler, state, loop } = stage();
  const [busy, quiet] = [new Flow(), new Flow()];
  busy.charge(2 * lightMsMax, state.now);
  const waiting = Array.from({ length: 3 * resumedPerTurnMax }, () => scheduler.resumption(busy));
  expect(waiting.slice(0, resumedPerTurnMax)).toEqual(waiting.slice(0, resumedPerTurnMax).map(() => null));
  expect(waiting.filter((turn) => turn !== null)).toHaveLength(2 * resumedPerTurnMax);
  expect(scheduler.resumption(quiet)).toBeNull();
  let resumed = 0;
  for (const turn of waiting) {
    void turn?.then(() => {
      resumed += 1;
    });
  }
  state.followsMs = roundMsMax;
  loop();
  await Promise.resolve();
  expect(resumed).toBe(resumedPerTurnMax);
  loop();
  await Promise.resolve();
  expect(resumed).toBe(2 * resumedPerTurnMax);
});

test('a turn that keeps the loop longer than any may is a line that says whose it was, and is counted', () => {
  const { scheduler, state, complaints, worker, loop } = stage();
  scheduler.ready(new Flow('lkc-a'), worker('short', stretchMsMax - 1));
  expect([scheduler.longTurns, complaints]).toEqual([0, []]);
  state.followsMs = stretchMsMax;
  scheduler.ready(new Flow('lkc-b'), worker('what follows is long', 0));
  loop(2);
  expect([scheduler.longTurns, complaints]).toEqual([1, ['turn.kept-the-loop {"owner":"lkc-b","ms":50}']]);
});

test('a turn that fails is its caller’s to hear of, and takes nobody else’s', () => {
  const { scheduler, order, worker, loop } = stage();
  const fails: Runnable = {
    turn() {
      throw new Error('a fault of ours');
    },
  };
  expect(() => scheduler.ready(new Flow(), fails)).toThrow('a fault of ours');
  scheduler.ready(new Flow(), worker('other', turnMs));
  loop();
  expect([order, scheduler.hasBacklog]).toEqual([['other'], false]);
});

test('two that are busy have the same time, however many connections each of them has', () => {
  const { scheduler, order, worker, loop } = stage();
  const [one, many] = [new Flow(), new Flow()];
  for (let at = 0; at < 50; at += 1) scheduler.ready(many, worker('many', turnMs, 1_000));
  scheduler.ready(one, worker('one', turnMs, 1_000));
  loop(100);
  const ones = order.slice(-100).filter((name) => name === 'one').length;
  expect(ones).toBeGreaterThanOrEqual(48);
  expect(ones).toBeLessThanOrEqual(52);
});

test('who uses little comes before a thousand that are busy, as often as he asks', () => {
  const { scheduler, state, order, worker, loop } = stage();
  for (let at = 0; at < 1_000; at += 1) scheduler.ready(new Flow(), worker('busy', turnMs, 10_000));
  // Each of them was new once.
  loop(800);
  const quiet = new Flow();
  for (let at = 0; at < 200; at += 1) {
    const asked = state.now;
    const served = order.filter((name) => name === 'quiet').length;
    scheduler.ready(quiet, worker('quiet', 0.02));
    loop();
    expect(order.filter((name) => name === 'quiet').length).toBe(served + 1);
    expect(state.now - asked).toBeLessThan(2 * roundMsMax);
  }
});

test('of a thousand that each use little, who used least comes first', () => {
  const { scheduler, state, order, worker, loop } = stage();
  const flows = Array.from({ length: 1_000 }, () => new Flow());
  const quiet = new Flow();
  for (let at = 0; at < 400; at += 1) {
    for (const flow of flows) if (flow.isEmpty) scheduler.ready(flow, worker('one of many', turnMs));
    if (at % 50 !== 49) {
      loop(4);
      continue;
    }
    const asked = state.now;
    scheduler.ready(quiet, worker('quiet', 0.01));
    loop(2);
    if (at > 250) expect(order.slice(-3 * (roundMsMax / turnMs))).toContain('quiet');
    expect(state.now - asked).toBeLessThan(4 * roundMsMax);
  }
});

test('of those that use little nobody waits for good, however many there are who use less', () => {
  const { scheduler, state, worker, loop } = stage();
  const flows = Array.from({ length: 1_000 }, () => new Flow());
  const heavier = new Flow();
  // Five times what each of the others gets; as they keep the loop busy, its share is what theirs is.
  let servedMs = 0;
  let longestMs = 0;
  for (let at = 0; at < 8_000; at += 1) {
    for (const flow of flows) if (flow.isEmpty) scheduler.ready(flow, worker('one of many', 0.05));
    if (heavier.isEmpty) {
      scheduler.ready(heavier, {
        turn() {
          state.now += 0.25;
          longestMs = Math.max(longestMs, state.now - servedMs);
          servedMs = state.now;
          return 'done';
        },
      });
    }
    loop();
  }
  longestMs = Math.max(longestMs, state.now - servedMs);
  expect(state.now).toBeGreaterThan(2_000);
  expect(longestMs).toBeLessThan(400);
});

test('many that use little do not keep the busy ones waiting for good', () => {
  const { scheduler, order, worker, loop } = stage();
  scheduler.ready(new Flow(), worker('busy', turnMs, 10_000));
  const flows = Array.from({ length: 1_000 }, () => new Flow());
  for (let at = 0; at < 300; at += 1) {
    for (const flow of flows) if (flow.isEmpty) scheduler.ready(flow, worker('one of many', 0.05));
    loop();
  }
  const busy = order.filter((name) => name === 'busy').length * turnMs;
  const light = order.filter((name) => name !== 'busy').length * 0.05;
  expect(busy / (busy + light)).toBeGreaterThan(0.2);
});

test('a turn that took long is paid for by the turns that follow', () => {
  const { scheduler, order, worker, loop } = stage();
  const [long, other] = [new Flow(), new Flow()];
  scheduler.ready(long, worker('long', 10, 1));
  scheduler.ready(other, worker('other', turnMs, 1_000));
  scheduler.ready(long, worker('again', turnMs, 1_000));
  loop(4);
  expect(order.slice(1, 18)).not.toContain('again');
  loop(20);
  expect(order).toContain('again');
});

test('who was interrupted by the machine does not pay for it, and did not keep the loop', () => {
  const { scheduler, state, order, complaints, worker, loop } = stage();
  const [unlucky, busy] = [new Flow(), new Flow()];
  scheduler.ready(busy, worker('busy', turnMs, 1_000));
  loop(50);
  const used: number[] = [];
  const waits: Runnable = {
    turn() {
      state.now += 2 * stretchMsMax;
      state.waitedMs += 2 * stretchMsMax;
      used.push(scheduler.usedOf(2 * stretchMsMax));
      return 'done';
    },
  };
  scheduler.ready(unlucky, waits);
  loop(2);
  expect([unlucky.spentMs < 1, used, complaints]).toEqual([true, [turnMs], []]);
  scheduler.ready(unlucky, worker('unlucky', turnMs));
  loop();
  expect(order.slice(-2 * (roundMsMax / turnMs))).toContain('unlucky');
});

test('what is urgent goes before its own flow’s backlog, and before nobody else’s', () => {
  const { scheduler, order, worker, loop } = stage();
  const flow = new Flow();
  scheduler.ready(new Flow(), worker('other', roundMsMax));
  for (let at = 0; at < 5; at += 1) scheduler.ready(flow, worker('fetch', turnMs));
  scheduler.ready(flow, worker('heartbeat', turnMs), true);
  loop(3);
  expect(order.slice(0, 3)).toEqual(['other', 'heartbeat', 'fetch']);
});

test('a flow that has nothing to do costs nothing and is not kept', () => {
  const { scheduler, worker, loop, soon } = stage();
  const flow = new Flow();
  scheduler.ready(flow, worker('a', 0.01));
  loop(3);
  expect([flow.place, scheduler.hasBacklog, soon.length]).toEqual(['idle', false, 0]);
});

test('long work stops after each quarter of a millisecond and goes on when it is its turn', async () => {
  const { scheduler, order, worker, loop, soon } = stage();
  const flow = new Flow();
  const pace = new Pace(scheduler, flow);
  const state = { isDone: false, steps: 0 };
  const work = async () => {
    for (; state.steps < 10 * stepsPerTurn; state.steps += 1) await pace.step();
    state.isDone = true;
  };
  const working = work();
  await Promise.resolve();
  expect(state.steps).toBeLessThan(stepsPerTurn);
  scheduler.ready(new Flow(), worker('other', 0.1));
  for (let at = 0; at < 100 && !state.isDone; at += 1) {
    loop();
    for (let turn = 0; turn < 2 * stepsPerTurn; turn += 1) await Promise.resolve();
  }
  await working;
  expect([state.isDone, order, soon.length <= 1]).toEqual([true, ['other'], true]);
  expect(flow.spentMs).toBeGreaterThanOrEqual(2.5);
});
