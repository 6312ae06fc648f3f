import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { describe, expect, test } from 'vitest';
import { acknowledgeTypes, newSharePartition, SharePartition } from './share-partition.ts';

const { gap, accept, release, reject, renew } = acknowledgeTypes;
const bounds = { deliveriesMax: 3, recordsInFlightMax: 20, lockMs: 1_000 };

function take(partition: SharePartition, memberId: string, first: number, last: number, recordsMax = 100) {
  return partition.acquire(0, bounds, { memberId, batches: [{ first, last }], recordsMax, isExact: true });
}

/** What is said of each record from the start offset on. */
function told(partition: SharePartition): string[] {
  return partition.runs.map(({ first, last, state, deliveryCount, memberId }) =>
    [`${first}-${last}`, state, deliveryCount, ...(memberId === null ? [] : [memberId])].join(' '),
  );
}

describe('a record that a member has', () => {
  test.each([
    ['a gap', gap, 'archived'],
    ['accepted', accept, 'acknowledged'],
    ['rejected', reject, 'archived'],
  ])('is settled as %s', (_name, type, state) => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 2);
    expect(partition.acknowledge(0, bounds, 'a', [{ first: 1, last: 1, types: [type] }])).toBe(null);
    expect(told(partition)).toEqual(['0-0 acquired 1 a', `1-1 ${state} 1`, '2-2 acquired 1 a']);
  });

  test('may be had by others once it was released, and counts as delivered', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 2);
    partition.acknowledge(0, bounds, 'a', [{ first: 0, last: 2, types: [release] }]);
    expect(take(partition, 'b', 0, 2)).toEqual([{ first: 0, last: 2, deliveryCount: 2 }]);
  });

  test('stays locked for another while when it was renewed', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 0);
    partition.acknowledge(900, bounds, 'a', [{ first: 0, last: 0, types: [renew] }]);
    expect(partition.expire(1_899, bounds)).toBe(false);
    expect(partition.expire(1_900, bounds)).toBe(true);
    expect(told(partition)).toEqual(['0-0 available 1']);
  });

  test('is nobody else’s until its lock has ended', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 2);
    expect(take(partition, 'b', 0, 2)).toEqual([]);
    expect(partition.nextLockEnd()).toBe(1_000);
    partition.expire(1_000, bounds);
    expect(take(partition, 'b', 0, 2)).toEqual([{ first: 0, last: 2, deliveryCount: 2 }]);
  });

  test('is archived when it was delivered as often as may be', () => {
    const partition = newSharePartition(0);
    for (const memberId of ['a', 'b', 'c']) {
      take(partition, memberId, 0, 0);
      partition.release(memberId, bounds);
    }
    expect(partition.startOffset).toBe(1);
    expect(take(partition, 'd', 0, 0)).toEqual([]);
  });

  test('cannot be acknowledged by another member, nor twice', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 2);
    const all = [{ first: 0, last: 2, types: [accept] }];
    expect(partition.acknowledge(0, bounds, 'b', all)).toBe('INVALID_RECORD_STATE');
    expect(partition.acknowledge(0, bounds, 'a', all)).toBe(null);
    expect(partition.acknowledge(0, bounds, 'a', all)).toBe('INVALID_RECORD_STATE');
    expect(partition.startOffset).toBe(3);
  });
});

describe('acknowledgements', () => {
  test('say one thing of each record, or the same of all', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 3);
    const types = [release, accept, accept, reject];
    expect(partition.acknowledge(0, bounds, 'a', [{ first: 0, last: 3, types }])).toBe(null);
    expect(told(partition)).toEqual(['0-0 available 1', '1-2 acknowledged 1', '3-3 archived 1']);
  });

  test.each([
    ['too few types', [{ first: 0, last: 2, types: [accept, accept] }]],
    ['a type that there is not', [{ first: 0, last: 2, types: [5] }]],
    ['an end before the beginning', [{ first: 2, last: 0, types: [accept] }]],
    [
      'records twice',
      [
        { first: 0, last: 1, types: [accept] },
        { first: 1, last: 2, types: [accept] },
      ],
    ],
  ])('with %s are no request', (_name, acknowledgements) => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 2);
    expect(partition.acknowledge(0, bounds, 'a', acknowledgements)).toBe('INVALID_REQUEST');
    expect(told(partition)).toEqual(['0-2 acquired 1 a']);
  });

  test('are taken whole or not at all', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 1);
    const acknowledgements = [
      { first: 0, last: 0, types: [accept] },
      { first: 1, last: 2, types: [accept] },
    ];
    expect(partition.acknowledge(0, bounds, 'a', acknowledgements)).toBe('INVALID_RECORD_STATE');
    expect(told(partition)).toEqual(['0-1 acquired 1 a']);
  });
});

describe('what a member is given', () => {
  test('is at most as many records as it asks for, or the batch that was begun', () => {
    const batches = [
      { first: 0, last: 4 },
      { first: 5, last: 9 },
    ];
    const asked = { memberId: 'a', batches, recordsMax: 6 };
    const exact = newSharePartition(0);
    exact.acquire(0, bounds, { ...asked, isExact: true });
    expect(told(exact)).toEqual(['0-5 acquired 1 a']);
    const whole = newSharePartition(0);
    whole.acquire(0, bounds, { ...asked, isExact: false });
    expect(told(whole)).toEqual(['0-9 acquired 1 a']);
  });

  test('is never more than may be in flight', () => {
    const partition = newSharePartition(10);
    partition.acquire(0, bounds, {
      memberId: 'a',
      batches: [{ first: 0, last: 1_000_000 }],
      recordsMax: 1,
      isExact: false,
    });
    expect(told(partition)).toEqual(['10-29 acquired 1 a']);
    expect(partition.nextOffset(bounds)).toBe(null);
    partition.acknowledge(0, bounds, 'a', [{ first: 10, last: 11, types: [accept] }]);
    expect(partition.nextOffset(bounds)).toBe(30);
  });

  test('begins with what was released before', () => {
    const partition = newSharePartition(0);
    take(partition, 'a', 0, 9);
    partition.acknowledge(0, bounds, 'a', [{ first: 4, last: 5, types: [release] }]);
    expect(partition.nextOffset(bounds)).toBe(4);
  });
});

test('what the log has removed is nobody’s any more', () => {
  const partition = newSharePartition(0);
  take(partition, 'a', 0, 9);
  expect(partition.begin(5)).toBe(true);
  expect(partition.begin(5)).toBe(false);
  expect(told(partition)).toEqual(['5-9 acquired 1 a']);
});

/** Members that take, say something of what they have, are silent or die, and a coordinator that ends at any moment. */
class Model {
  readonly deliveries: number[] = Array.from({ length: 60 }, () => 0);
  readonly settled = new Set<number>();
  private readonly holders = new Map<number, { readonly memberId: string; readonly untilMs: number }>();
  private partition = newSharePartition(0);
  private now = 0;

  get isOver(): boolean {
    return this.partition.startOffset >= this.deliveries.length;
  }

  step(random: SeededRandom): void {
    const memberId = random.pick(['a', 'b', 'c']);
    const kind = random.next();
    if (kind < 0.4) this.take(memberId, random);
    else if (kind < 0.8) this.say(memberId, random);
    else if (kind < 0.95) this.pass(random.integer(0, 600));
    else this.restart();
  }

  private take(memberId: string, random: SeededRandom): void {
    const next = this.partition.nextOffset(bounds);
    if (next === null || next >= this.deliveries.length) return;
    const batches = [{ first: next, last: Math.min(next + 9, this.deliveries.length - 1) }];
    const asked = { memberId, batches, recordsMax: random.integer(1, 9), isExact: random.chance(0.5) };
    for (const { first, last, deliveryCount } of this.partition.acquire(this.now, bounds, asked)) {
      expect(deliveryCount).toBeLessThanOrEqual(bounds.deliveriesMax);
      for (let offset = first; offset <= last; offset += 1) {
        const holder = this.holders.get(offset);
        if (holder !== undefined) expect(holder.untilMs).toBeLessThanOrEqual(this.now);
        expect(this.settled.has(offset)).toBe(false);
        this.holders.set(offset, { memberId, untilMs: this.now + bounds.lockMs });
        this.deliveries[offset] = (this.deliveries[offset] ?? 0) + 1;
      }
    }
  }

  private say(memberId: string, random: SeededRandom): void {
    const run = this.partition.runs.find((known) => known.memberId === memberId);
    if (run === undefined) return;
    const types: number[] = [];
    for (let offset = run.first; offset <= run.last; offset += 1) types.push(random.pick([1, 1, 2, 3]));
    const { first, last } = run;
    expect(this.partition.acknowledge(this.now, bounds, memberId, [{ first, last, types }])).toBe(null);
    for (const [index, type] of types.entries()) {
      this.holders.delete(first + index);
      if (type !== release) this.settled.add(first + index);
    }
    this.keep();
  }

  private pass(ms: number): void {
    this.now += ms;
    if (this.partition.expire(this.now, bounds)) this.keep();
  }

  private kept = newSharePartition(0).durable(bounds);

  private keep(): void {
    this.kept = this.partition.durable(bounds);
  }

  /** The next coordinator knows what is durable, and nobody’s lock. */
  private restart(): void {
    this.partition = new SharePartition(this.kept);
    this.holders.clear();
  }
}

test.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'each record is delivered, and never to two members within a lock (seed %i)',
  (seed) => {
    const random = createSeededRandom(seed);
    const model = new Model();
    for (let count = 0; count < 5_000 && !model.isOver; count += 1) model.step(random);
    expect(model.isOver).toBe(true);
    expect(Math.min(...model.deliveries)).toBeGreaterThanOrEqual(1);
  },
);
