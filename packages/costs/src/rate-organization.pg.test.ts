import { randomUUID } from 'node:crypto';
import { dayMs, hourMs, periodOf } from '@weir/billing/period';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KnownDays } from './known-days.ts';
import { rateOrganization, withoutDetail } from './rate-organization.ts';
import type { Owners } from './used.store.ts';

let database: TestDatabase;
let db: ControlDb;
const organizationId = randomUUID();
const clusterId = 'lkc-parts';
const period = periodOf(Date.parse('2027-02-15T00:00:00Z'));
const gibibyte = 2n ** 30n;
const known = new KnownDays();

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  await db.environment.create({ data: { id: 'env-1', organizationId, displayName: 'e' } });
  await db.cluster.create({
    data: {
      ...{ id: clusterId, organizationId, environmentId: 'env-1', displayName: 'c', kind: 'Basic' },
      ...{ availability: 'LOW', cloud: 'LOCAL', region: 'local', cellId: 'local', phase: 'PROVISIONED' },
      deletionProtection: false,
    },
  });
  await db.clusterTerm.create({ data: { clusterId, at: new Date(period.fromMs), kind: 'Basic', units: 0 } });
  await db.$executeRaw`SELECT make_usage_day(${new Date(period.fromMs)}::timestamptz)::text`;
  // Three days and some hours, of two topics and two keys, in amounts that divide badly.
  for (let hour = 0; hour < 77; hour++) {
    for (const [at, topic] of ['a', 'b'].entries()) {
      const quantity = (gibibyte * BigInt((hour % 7) + 1)) / 3n + BigInt(at);
      await add(hour, topic, `KEY${hour % 2}`, quantity);
    }
  }
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** As the worker derives it. */
const add = async (hour: number, topic: string, keyId: string, quantity: bigint) => {
  const at = new Date(period.fromMs + hour * hourMs);
  const day = new Date(Math.floor(at.getTime() / dayMs) * dayMs);
  const about = { clusterId, kind: 'Basic', meter: 'bytes_in' };
  const increment = { quantity: { increment: quantity } };
  await db.usageHour.create({ data: { ...about, hour: at, topic, principal: 'User:u', keyId, quantity } });
  await db.usageClusterHour.upsert({
    where: { clusterId_hour_kind_meter: { ...about, hour: at } },
    create: { ...about, hour: at, quantity },
    update: increment,
  });
  const key = { ...about, day, topic, principal: 'User:u', keyId };
  await db.usageDay.upsert({
    where: { clusterId_day_kind_meter_topic_principal_keyId: key },
    create: { ...key, quantity },
    update: increment,
  });
};

const rate = async (
  change: {
    detail?: typeof withoutDetail;
    daysUntilMs?: number;
    fromHour?: number;
    toHour?: number;
    mayJoinDays?: boolean;
    isOneSnapshot?: boolean;
    owners?: Owners;
    from?: ControlDb;
  } = {},
) => {
  const {
    fromHour = 0,
    toHour = 77,
    from = db,
    ...how
  } = { daysUntilMs: 0, detail: withoutDetail, ...change };
  const interval = { fromMs: period.fromMs + fromHour * hourMs, toMs: period.fromMs + toHour * hourMs };
  const asked = { organizationId, period, interval, nowMs: period.toMs, ...how };
  return (await rateOrganization(from, known, asked)).parts;
};
const total = (parts: readonly { readonly micros: bigint; readonly quantity: bigint }[]) => [
  parts.reduce((sum, { micros }) => sum + micros, 0n),
  parts.reduce((sum, { quantity }) => sum + quantity, 0n),
];
const byTopic = { topic: true, principal: false, key: true };

it('parts of days, and of the hours at their edges, cost exactly what all of it costs', async () => {
  for (const fromHour of [0, 5, 24, 70]) {
    const all = total(await rate({ fromHour }));
    expect(total(await rate({ fromHour, detail: byTopic }))).toEqual(all);
    expect(total(await rate({ fromHour, detail: byTopic, daysUntilMs: period.toMs }))).toEqual(all);
    expect(
      total(await rate({ fromHour, detail: byTopic, daysUntilMs: period.toMs, mayJoinDays: true })),
    ).toEqual(all);
  }
});

it('adds most hours of a day up as that day less the others, to each the same', async () => {
  const usedBy = async (how: Parameters<typeof rate>[0]) => {
    const parts = Map.groupBy(await rate({ detail: byTopic, ...how }), ({ key, topic }) => `${topic} ${key}`);
    return new Map([...parts].map(([name, all]) => [name, total(all)[1]]));
  };
  for (const [fromHour, toHour] of [
    [26, 48],
    [48, 70],
    [50, 71],
    [30, 70],
    [30, 74],
  ] as const) {
    const hours = await usedBy({ fromHour, toHour });
    const added = { fromHour, toHour, daysUntilMs: period.toMs, mayJoinDays: true };
    // Two topics with two keys each, and the time of the cluster itself.
    expect(hours.size).toBe(5);
    expect(await usedBy(added)).toEqual(hours);
    expect(total(await rate({ detail: byTopic, ...added }))).toEqual(total(await rate({ fromHour, toHour })));
  }
});

it('tells whole days apart by the day, but one in which an allowance ended, and what is not a whole day', async () => {
  const begins = async (fromHour: number, mayJoinDays = false) => {
    const parts = await rate({ fromHour, detail: byTopic, daysUntilMs: period.toMs, mayJoinDays });
    const found = new Set(parts.filter(({ topic }) => topic === 'a').map(({ hourMs: at }) => at));
    return [...found].map((ms) => (ms - period.fromMs) / hourMs).toSorted((one, other) => one - other);
  };
  const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
  expect(await begins(0)).toEqual([...hours(0, 24), 24, 48, ...hours(72, 77)]);
  expect(await begins(25)).toEqual([...hours(25, 48), 48, ...hours(72, 77)]);
  // Joined, two days in which a byte costs the same are one, and so are such hours of a day.
  expect(await begins(0, true)).toEqual([...hours(0, 24), 24, 72]);
  expect(await begins(30, true)).toEqual([30, 48, 72]);
});

it('a part of days costs what its hours cost, but for less than two micro-units an hour', async () => {
  const ofTopics = async (daysUntilMs: number, mayJoinDays: boolean) =>
    ['a', 'b'].map(async (topic) =>
      total(
        (await rate({ detail: byTopic, daysUntilMs, mayJoinDays })).filter((part) => part.topic === topic),
      ),
    );
  const hours = await Promise.all(await ofTopics(0, false));
  for (const mayJoinDays of [false, true]) {
    const days = await Promise.all(await ofTopics(period.toMs, mayJoinDays));
    for (const [at, [micros = 0n, quantity]] of days.entries()) {
      const [byHour = 0n, used] = hours[at] ?? [];
      expect(quantity).toBe(used);
      expect(Math.abs(Number(micros - byHour))).toBeLessThan(2 * 77);
    }
  }
});

it('one key alone is told apart for what it costs beside the others, whose part has no name', async () => {
  const owners = { principals: [], keys: ['KEY1'] };
  for (const daysUntilMs of [0, period.toMs]) {
    const everybody = await rate({ detail: byTopic, daysUntilMs });
    const alone = await rate({ detail: byTopic, daysUntilMs, owners });
    expect(total(alone)).toEqual(total(everybody));
    expect(new Set(alone.map(({ key }) => key))).toEqual(new Set(['', 'KEY1']));
    const ofKey = (parts: typeof alone) => total(parts.filter(({ key }) => key === 'KEY1'));
    const [[micros = 0n, quantity], [wanted = 0n, used]] = [ofKey(alone), ofKey(everybody)];
    expect([quantity, wanted > 0n]).toEqual([used, true]);
    // Where more share an hour, what is rounded falls to others.
    expect(Math.abs(Number(micros - wanted))).toBeLessThan(2 * 77);
  }
});

it('a window that comes while it is read is in all of it, or in none', async () => {
  for (const step of ['usage_days', 'usage_hours']) {
    let late = 1n;
    const from = new Proxy(db, {
      get: (of, name) =>
        name !== '$queryRaw'
          ? Reflect.get(of, name)
          : async (...asked: readonly unknown[]) => {
              if (late > 0n && JSON.stringify(asked).includes(step)) {
                // An even day, and what is left of the last one.
                for (const hour of [26, 76]) await add(hour, `late ${step}`, 'KEY1', late);
                late = 0n;
              }
              return Reflect.apply(of.$queryRaw, of, asked);
            },
    });
    const parts = await rate({ detail: byTopic, daysUntilMs: period.toMs, from });
    expect(total(parts)).toEqual(total(await rate()));
  }
});

it('days that have ended are read once for each question, and again when something of them came late', async () => {
  const counted = () => {
    const asked: string[] = [];
    const from = new Proxy(db, {
      get: (of, name) =>
        name !== '$queryRaw'
          ? Reflect.get(of, name)
          : (...query: readonly unknown[]) => {
              asked.push(JSON.stringify(query));
              return Reflect.apply(of.$queryRaw, of, query);
            },
    });
    return { from, days: () => asked.filter((query) => query.includes('usage_days')).length };
  };
  const question = { detail: byTopic, daysUntilMs: period.toMs, mayJoinDays: true, isOneSnapshot: true };
  const ask = async (change: Partial<Parameters<typeof rate>[0]> = {}) => {
    const { days, from } = counted();
    return { parts: await rate({ ...question, from, ...change }), days: days() };
  };
  const first = await ask();
  expect(first.days).toBeGreaterThan(0);
  expect(await ask()).toEqual({ parts: first.parts, days: 0 });
  // Asked for otherwise, it is another question.
  expect((await ask({ owners: { principals: [], keys: ['KEY1'] } })).days).toBeGreaterThan(0);
  for (const hour of [30, 75]) {
    await add(hour, 'late again', 'KEY0', gibibyte);
    const after = await ask();
    expect(after.days > 0).toBe(hour === 30);
    expect(total(after.parts)).toEqual(total(await rate()));
    const anew = await rateOrganization(db, new KnownDays(), {
      ...{ organizationId, period, nowMs: period.toMs, ...question },
      interval: { fromMs: period.fromMs, toMs: period.fromMs + 77 * hourMs },
    });
    expect(after.parts).toEqual(anew.parts);
  }
});

it('a discount takes its part of every price from the month on with which it begins, and of no month before', async () => {
  const all = total(await rate());
  const since = (months: number, basisPoints: number) => ({
    ...{ organizationId, basisPoints },
    since: new Date(Date.UTC(2027, 1 + months)),
  });
  try {
    await db.organizationDiscount.create({ data: since(1, 5_000) });
    expect(total(await rate())).toEqual(all);
    await db.organizationDiscount.create({ data: since(-3, 10_000) });
    expect(total(await rate())).toEqual([0n, all[1]]);
    // Days that were rated by other prices are not taken for those of these.
    await db.organizationDiscount.create({ data: since(0, 1_250) });
    const [micros = 0n, quantity] = total(await rate());
    expect(quantity).toBe(all[1]);
    // Both are rounded down, once.
    const apart = micros * 10_000n - (all[0] ?? 0n) * 8_750n;
    expect([apart > -10_000n, apart < 10_000n]).toEqual([true, true]);
    expect(total(await rate({ detail: byTopic, daysUntilMs: period.toMs }))).toEqual([micros, quantity]);
  } finally {
    await db.organizationDiscount.deleteMany({ where: { organizationId } });
  }
  expect(total(await rate())).toEqual(all);
});
