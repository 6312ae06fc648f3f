import { randomUUID } from 'node:crypto';
import { clusterTime } from '@weir/billing/cluster-time';
import { dayMs, hourMs, periodOf } from '@weir/billing/period';
import { type RatedHour, rateUsage } from '@weir/billing/rate-usage';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { KnownDays } from './known-days.ts';
import { rateOrganization, withoutDetail } from './rate-organization.ts';
import { readTerms } from './terms.store.ts';
import { readClusters, readDayVersions, readHours } from './used.store.ts';

let database: TestDatabase;
let db: ControlDb;
const period = periodOf(Date.parse('2027-02-15T00:00:00Z'));
const hoursOfTest = 10 * 24;
const nowMs = period.fromMs + 9.4 * dayMs;

beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

const organizationWith = async (clusters: number) => {
  const organizationId = randomUUID();
  await db.organization.create({ data: { id: organizationId, displayName: 'o' } });
  const environmentId = `env-${organizationId}`;
  await db.environment.create({ data: { id: environmentId, organizationId, displayName: 'e' } });
  const clusterIds = Array.from({ length: clusters }, (_, at) => `lkc-${at}-${organizationId}`);
  for (const id of clusterIds) {
    await db.cluster.create({
      data: {
        ...{ id, organizationId, environmentId, displayName: 'c', kind: 'Basic', cellId: 'local' },
        ...{ availability: 'LOW', cloud: 'LOCAL', region: 'local', phase: 'PROVISIONED' },
        deletionProtection: false,
      },
    });
    await changeKind(id, 0, 'Basic');
  }
  return { organizationId, clusterIds };
};

const changeKind = (clusterId: string, hour: number, kind: string) =>
  db.clusterTerm.create({
    data: { clusterId, at: new Date(period.fromMs + hour * hourMs), kind, units: 0 },
  });

const use = (clusterId: string, hour: number, quantity: bigint, meter = 'bytes_in') => {
  const at = { clusterId, hour: new Date(period.fromMs + hour * hourMs), kind: 'Basic', meter };
  return db.usageClusterHour.upsert({
    where: { clusterId_hour_kind_meter: at },
    create: { ...at, quantity },
    update: { quantity: { increment: quantity } },
  });
};

const ask = async (
  known: KnownDays,
  organizationId: string,
  hours: readonly [number, number],
  isByDay: boolean,
) => {
  const [from, to] = hours;
  const interval = { fromMs: period.fromMs + from * hourMs, toMs: period.fromMs + to * hourMs };
  const daysUntilMs = isByDay ? interval.toMs : 0;
  const asked = { organizationId, period, interval, nowMs, detail: withoutDetail, daysUntilMs };
  return (await rateOrganization(db, known, asked)).parts;
};

/** All of the month at once, and nothing remembered. */
const rateAll = async (organizationId: string, [from, to]: readonly [number, number]) => {
  const [fromMs, toMs] = [period.fromMs + from * hourMs, period.fromMs + to * hourMs];
  const clusters = await readClusters(db, organizationId, period);
  const used = await readHours(db, organizationId, { fromMs: period.fromMs, toMs });
  const time = clusters.flatMap((cluster) => clusterTime(cluster, period, Math.min(toMs, nowMs)));
  const hours = rateUsage(await readTerms(db, organizationId, period), [...used, ...time]);
  return hours.filter((row) => row.hourMs >= fromMs && row.hourMs < toMs);
};

type Rated = readonly RatedHour[];

/** By the day, in an order of its own. */
const byDay = (rows: Rated) => {
  const days = Map.groupBy(
    rows,
    (row) => `${Math.floor(row.hourMs / dayMs)} ${row.clusterId} ${row.kind} ${row.meter}`,
  );
  return [...days].toSorted().map(([name, all]) => {
    const sum = (of: 'micros' | 'quantity') => all.reduce((total, row) => total + row[of], 0n);
    return [name, sum('quantity'), sum('micros')];
  });
};

const anyHour = fc.integer({ min: 0, max: hoursOfTest - 1 });
const anyStep = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      cluster: fc.nat({ max: 2 }),
      hour: anyHour,
      quantity: fc.bigInt({ min: 1n, max: 20n * 2n ** 30n }),
      meter: fc.constantFrom('bytes_in', 'partition_seconds'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ cluster: fc.nat({ max: 2 }), forget: anyHour }) },
  {
    weight: 1,
    arbitrary: fc.record({
      cluster: fc.nat({ max: 2 }),
      since: anyHour,
      kind: fc.constantFrom('Basic', 'Standard', ''),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ ends: fc.tuple(anyHour, anyHour), isByDay: fc.boolean(), detour: fc.boolean() }),
  },
);

it('asks what rating all of a month anew asks, whatever is asked before and whatever changes in between', async () => {
  const check = async (
    steps: readonly (typeof anyStep extends fc.Arbitrary<infer Step> ? Step : never)[],
  ) => {
    const { clusterIds, organizationId } = await organizationWith(3);
    const other = await organizationWith(1);
    // One remembers much, and one so little that it forgets with each other organization.
    const memories = [new KnownDays(), new KnownDays(30)];
    for (const step of steps) {
      const clusterId = clusterIds['cluster' in step ? step.cluster : 0] ?? '';
      if ('quantity' in step) await use(clusterId, step.hour, step.quantity, step.meter);
      else if ('forget' in step) {
        const hour = new Date(period.fromMs + step.forget * hourMs);
        await db.usageClusterHour.deleteMany({ where: { clusterId, hour } });
      } else if ('since' in step) await changeKind(clusterId, step.since, step.kind);
      else {
        const [from = 0, to = 0] = step.ends.toSorted((one, next) => one - next);
        const hours = [from, to + 1] as const;
        for (const known of memories) {
          if (step.detour) await ask(known, other.organizationId, hours, true);
          const found = await ask(known, organizationId, hours, step.isByDay);
          const all = await rateAll(organizationId, hours);
          expect(byDay(found)).toEqual(byDay(all));
          if (!step.isByDay) expect(new Set(found.map(inHours))).toEqual(new Set(all.map(inHours)));
        }
      }
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(anyStep, { minLength: 10, maxLength: 40 }), check), {
    numRuns: 12,
    endOnFailure: true,
  });
});

const inHours = ({ clusterId, hourMs: at, kind, meter, micros, quantity }: Rated[number]) =>
  `${at} ${clusterId} ${kind} ${meter} ${quantity} ${micros}`;

it('does not rate again what has not changed, and nothing that comes before a change', async () => {
  const { clusterIds, organizationId } = await organizationWith(1);
  const [clusterId = ''] = clusterIds;
  for (let hour = 0; hour < hoursOfTest; hour += 6) await use(clusterId, hour, 2n ** 30n);
  const known = new KnownDays();
  const dayAt = async (day: number) => {
    const parts = await ask(known, organizationId, [0, hoursOfTest], true);
    const rows = parts.filter(
      ({ hourMs: at, meter }) => at === period.fromMs + day * dayMs && meter === 'bytes_in',
    );
    return rows.map(({ quantity }) => quantity / 2n ** 30n);
  };
  expect(await dayAt(2)).toEqual([4n]);
  // Behind the versions' back: what is remembered is told on.
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    await tx.$executeRaw`
      UPDATE usage_cluster_hours SET quantity = quantity * 2 WHERE cluster_id = ${clusterId}`;
  });
  expect(await dayAt(2)).toEqual([4n]);
  expect(await dayAt(8)).toEqual([4n]);
  await use(clusterId, 5 * 24, 2n ** 30n);
  expect(await dayAt(2)).toEqual([4n]);
  expect(await dayAt(5)).toEqual([9n]);
  expect(await dayAt(8)).toEqual([8n]);
});

it('a day has another version after each change of one of its hours, and other days and organizations have not', async () => {
  const { clusterIds, organizationId } = await organizationWith(2);
  const stranger = await organizationWith(1);
  const [clusterId = '', otherId = ''] = clusterIds;
  const versions = (id: string) => readDayVersions(db, id, period);
  await use(clusterId, 30, 5n);
  await use(clusterId, 60, 5n);
  await use(otherId, 31, 5n);
  await use(stranger.clusterIds[0] ?? '', 30, 5n);
  const strangers = await versions(stranger.organizationId);
  const seen = new Set<string | undefined>();
  const changes = [
    () => use(clusterId, 30, 5n),
    () => use(clusterId, 33, 5n),
    () => db.usageClusterHour.updateMany({ where: { clusterId, quantity: 10n }, data: { quantity: 9n } }),
    () => db.usageClusterHour.deleteMany({ where: { clusterId: otherId } }),
    () => use(otherId, 31, 5n),
  ];
  const [, later] = [...(await versions(organizationId)).entries()].toSorted(([one], [next]) => one - next);
  for (const change of changes) {
    seen.add((await versions(organizationId)).get(period.fromMs + dayMs));
    await change();
  }
  const now = await versions(organizationId);
  seen.add(now.get(period.fromMs + dayMs));
  expect(seen.size).toBe(changes.length + 1);
  expect(now.get(period.fromMs + 2 * dayMs)).toBe(later?.[1]);
  expect(await versions(stranger.organizationId)).toEqual(strangers);
});
