import { expect, test } from 'vitest';
import { planBalance } from './balance.ts';
import { placePartitions } from './placement.ts';
import type { AskedReassignment } from './port.ts';

const brokerOf = (brokerId: number, rack: string | null = `rack-${brokerId}`) => ({
  brokerId,
  rack,
  machine: null,
  isFenced: false,
});
const away = (brokerId: number) => ({ ...brokerOf(brokerId), isFenced: true });
const loadOf = (brokerId: number) => ({ ...brokerOf(brokerId), replicaCount: 0, leaderCount: 0 });
const asTheyAre = { min: 1, max: 9 };

/** Partitions as a new topic on these brokers has them. */
const topicOn = (brokerIds: readonly number[], partitionCount: number, factor: number) =>
  placePartitions(partitionCount, factor, brokerIds.map(loadOf)).map((record, partition) => ({
    topicId: 'orders',
    partition,
    record,
  }));
type Partitions = ReturnType<typeof topicOn>;

const moved = (partitions: Partitions, plan: readonly AskedReassignment[]): Partitions =>
  partitions.map((placed) => {
    const replicas = plan.find(({ partition }) => partition === placed.partition)?.to;
    return replicas == null ? placed : { ...placed, record: { ...placed.record, replicas, isr: replicas } };
  });

/** How many replicas, and how many of them preferred leaders, each of these brokers has. */
const heldBy = (partitions: Partitions, brokerIds: readonly number[]) =>
  brokerIds.map((brokerId) => [
    partitions.filter(({ record }) => record.replicas.includes(brokerId)).length,
    partitions.filter(({ record }) => record.replicas[0] === brokerId).length,
  ]);

test('what is spread as it is to be stays where it is', () => {
  expect(
    planBalance(
      topicOn([1, 2, 3], 30, 3),
      [1, 2, 3].map((id) => brokerOf(id)),
      asTheyAre,
    ),
  ).toEqual([]);
});

test('a broker that comes gets its share of replicas and of leaders, and no more is moved than that', () => {
  const before = topicOn([1, 2, 3], 40, 3);
  const plan = planBalance(
    before,
    [1, 2, 3, 4].map((id) => brokerOf(id)),
    asTheyAre,
  );
  const after = moved(before, plan);
  for (const [replicas = 0, leaders = 0] of heldBy(after, [1, 2, 3, 4])) {
    expect(Math.abs(replicas - 30)).toBeLessThanOrEqual(1);
    expect(Math.abs(leaders - 10)).toBeLessThanOrEqual(2);
  }
  const copies = after.flatMap(({ record }, at) =>
    record.replicas.filter((brokerId) => !before[at]?.record.replicas.includes(brokerId)),
  );
  expect(copies.length).toBeLessThanOrEqual(30);
  expect(new Set(copies)).toEqual(new Set([4]));
});

test('a broker that goes leaves nothing behind, and its share goes to all others', () => {
  const before = topicOn([1, 2, 3, 4], 40, 3);
  const after = moved(
    before,
    planBalance(
      before,
      [1, 2, 4].map((id) => brokerOf(id)),
      asTheyAre,
    ),
  );
  expect(heldBy(after, [3])).toEqual([[0, 0]]);
  for (const [replicas = 0] of heldBy(after, [1, 2, 4])) expect(replicas).toBe(40);
});

test('a broker that is away keeps what it holds and gets nothing, so that its return costs nothing', () => {
  const three = topicOn([1, 2, 3], 30, 3);
  expect(planBalance(three, [brokerOf(1), away(2), brokerOf(3)], asTheyAre)).toEqual([]);
  const grown = moved(
    three,
    planBalance(three, [1, 3, 4].map((id) => brokerOf(id)).concat(away(2)), asTheyAre),
  );
  for (const [at, { record }] of grown.entries()) {
    expect(record.replicas).toContain(2);
    expect(record.replicas[0] === 2).toBe(three[at]?.record.replicas[0] === 2);
  }
  expect(heldBy(grown, [1, 3, 4]).map(([replicas]) => replicas)).toEqual([20, 20, 20]);
});

test('where a broker goes while another is away, only what nobody there can take has fewer replicas', () => {
  const before = topicOn([1, 2, 3, 4], 40, 3);
  const after = moved(before, planBalance(before, [brokerOf(1), away(2), brokerOf(3)], asTheyAre));
  for (const [at, { record }] of after.entries()) {
    const held = before[at]?.record.replicas ?? [];
    expect(record.replicas.toSorted()).toEqual(held.includes(2) ? [1, 2, 3] : [1, 3]);
  }
});

test('partitions of one replica get as many as are asked for, and may go back to one, the leader’s', () => {
  const lone = topicOn([1], 10, 1);
  const three = moved(
    lone,
    planBalance(
      lone,
      [1, 2, 3].map((id) => brokerOf(id)),
      { min: 3, max: 9 },
    ),
  );
  expect(heldBy(three, [1, 2, 3]).map(([replicas]) => replicas)).toEqual([10, 10, 10]);
  for (const [, leaders = 0] of heldBy(three, [1, 2, 3])) expect(leaders).toBeGreaterThanOrEqual(2);
  const back = planBalance(three, [brokerOf(1)], { min: 1, max: 1 });
  expect(back.map(({ to }) => to)).toEqual(three.map(() => [1]));
});

test('replicas of a partition stay in as many zones as they are in', () => {
  const zones = [brokerOf(1, 'a'), brokerOf(2, 'b'), brokerOf(3, 'c'), brokerOf(4, 'a'), brokerOf(5, 'a')];
  const before = topicOn([1, 2, 3], 30, 3);
  const after = moved(before, planBalance(before, zones, asTheyAre));
  const zoneOf = new Map(zones.map(({ brokerId, rack }) => [brokerId, rack]));
  for (const { record } of after) expect(new Set(record.replicas.map((id) => zoneOf.get(id))).size).toBe(3);
  expect(heldBy(after, [1, 4, 5]).map(([replicas]) => replicas)).toEqual([10, 10, 10]);
});

test('a partition on its way counts as where it is to be', () => {
  const [one, ...others] = topicOn([1, 2, 3], 3, 3);
  if (one === undefined) throw new Error('a topic has partitions');
  const reassignment = { from: [1, 2], to: [1, 2, 3] };
  const onItsWay = { ...one, record: { ...one.record, replicas: [1, 2, 3], isr: [1, 2], reassignment } };
  expect(
    planBalance(
      [onItsWay, ...others],
      [1, 2, 3].map((id) => brokerOf(id)),
      asTheyAre,
    ),
  ).toEqual([]);
});
