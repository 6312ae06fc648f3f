import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Assignee, assignorNames, type PartitionCounts } from './assignors.ts';
import { countPartitions, noPartitions, type Partitions } from './partitions.ts';
import { assignors } from './uniform-assignor.ts';

const topics = ['t1', 't2', 't3', 't4'];

const countsOf = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: topics.length, maxLength: topics.length })
  .map((counts) => new Map(topics.map((topic, index) => [topic, counts[index] ?? 0])));

/** Members that subscribe to any topics, some of them static, and had whatever they may have had before. */
const membersOf = fc
  .array(
    fc.record({
      isStatic: fc.boolean(),
      topicIds: fc.subarray(topics),
      former: fc.dictionary(fc.constantFrom(...topics, 'gone'), fc.uniqueArray(fc.nat(15))),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((members) =>
    members.map(
      ({ isStatic, topicIds, former }, index): Assignee => ({
        memberId: `m${index}`,
        instanceId: isStatic ? `i${index}` : null,
        topicIds,
        target: new Map(Object.entries(former)),
      }),
    ),
  );

function alike(size: number, targets: ReadonlyMap<string, Partitions> = new Map()): Assignee[] {
  return Array.from({ length: size }, (_, index) => {
    const memberId = `m${index}`;
    const target = targets.get(memberId) ?? noPartitions;
    return { memberId, instanceId: null, topicIds: topics, target };
  });
}

function ownersOf(assignment: ReadonlyMap<string, Partitions>): Map<string, string> {
  const owners = new Map<string, string>();
  for (const [memberId, assigned] of assignment) {
    for (const [topicId, partitions] of assigned) {
      for (const partition of partitions) {
        const place = `${topicId}/${partition}`;
        expect(owners.has(place), `${place} has two owners`).toBe(false);
        owners.set(place, memberId);
      }
    }
  }
  return owners;
}

function total(counts: PartitionCounts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function spread(counts: readonly number[]): number {
  return Math.max(...counts) - Math.min(...counts);
}

describe.each(assignorNames)('%s', (name) => {
  const assign = assignors[name];

  test('gives every partition of a topic with subscribers to exactly one of them, and nothing else', () => {
    fc.assert(
      fc.property(membersOf, countsOf, (members, counts) => {
        const assignment = assign(members, counts);
        const owners = ownersOf(assignment);
        const wanted = topics.flatMap((topic) =>
          members.some(({ topicIds }) => topicIds.includes(topic))
            ? Array.from({ length: counts.get(topic) ?? 0 }, (_, partition) => `${topic}/${partition}`)
            : [],
        );
        expect([...owners.keys()].sort()).toEqual(wanted.sort());
        for (const { memberId, topicIds } of members)
          for (const topicId of assignment.get(memberId)?.keys() ?? []) expect(topicIds).toContain(topicId);
      }),
    );
  });
});

/** The members twice, in two orders. */
const reorderedOf = membersOf.chain((members) =>
  fc.tuple(
    fc.constant(members),
    fc.shuffledSubarray(members, { minLength: members.length, maxLength: members.length }),
  ),
);

test('range says the same in whatever order the members are told', () => {
  fc.assert(
    fc.property(reorderedOf, countsOf, ([members, shuffled], counts) => {
      expect(ownersOf(assignors.range(shuffled, counts))).toEqual(ownersOf(assignors.range(members, counts)));
    }),
  );
});

test('range gives the subscribers of a topic as many of it, or one more, in runs', () => {
  fc.assert(
    fc.property(membersOf, countsOf, (members, counts) => {
      const assignment = assignors.range(members, counts);
      for (const topic of topics) {
        const subscribers = members.filter(({ topicIds }) => topicIds.includes(topic));
        const parts = subscribers.map(({ memberId }) => assignment.get(memberId)?.get(topic) ?? []);
        if (parts.length > 0) expect(spread(parts.map(({ length }) => length))).toBeLessThanOrEqual(1);
        for (const part of parts) expect((part.at(-1) ?? -1) - (part[0] ?? 0)).toBe(part.length - 1);
      }
    }),
  );
});

describe('uniform', () => {
  const sizes = fc.integer({ min: 1, max: 9 });

  test('gives members that subscribe alike as many, or one more, over all topics, whatever they had', () => {
    fc.assert(
      fc.property(membersOf, countsOf, (members, counts) => {
        const same = members.map((member) => ({ ...member, topicIds: topics }));
        const assignment = assignors.uniform(same, counts);
        expect(spread(Array.from(assignment.values(), countPartitions))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('says the same in whatever order the members are told, once each has its part', () => {
    fc.assert(
      fc.property(reorderedOf, countsOf, ([members, shuffled], counts) => {
        const first = assignors.uniform(members, counts);
        const settled = shuffled.map((member) => ({
          ...member,
          target: first.get(member.memberId) ?? noPartitions,
        }));
        expect(ownersOf(assignors.uniform(settled, counts))).toEqual(ownersOf(first));
      }),
    );
  });

  test('moves only what a member that leaves had, and only what one that comes is to have', () => {
    fc.assert(
      fc.property(sizes, countsOf, (size, counts) => {
        const before = assignors.uniform(alike(size), counts);
        const after = assignors.uniform(alike(size + 1, before), counts);
        const [old, grown] = [ownersOf(before), ownersOf(after)];
        for (const [place, owner] of grown) if (owner !== old.get(place)) expect(owner).toBe(`m${size}`);
        const gone = ownersOf(assignors.uniform(alike(size, after), counts));
        for (const [place, owner] of grown) if (owner !== `m${size}`) expect(gone.get(place)).toBe(owner);
        expect(gone.size).toBe(total(counts));
      }),
    );
  });
});
