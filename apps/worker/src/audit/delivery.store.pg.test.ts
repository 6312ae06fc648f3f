import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { WatchedStatements } from '@weir/testing/watched-statements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { findDueAudits } from './delivery.store.ts';

const organizations = 200;
const eventsOfEach = 100;

let database: TestDatabase;
let db: ControlDb;
beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url });
  await db.$executeRaw`INSERT INTO organizations (id, display_name, updated_at)
    SELECT gen_random_uuid(), 'o', now() FROM generate_series(1, ${organizations}::integer)`;
  await db.$executeRaw`
    INSERT INTO audit_events (organization_id, sequence, id, time, action, outcome, actor_kind, actor_id, via,
      resource_kind, resource_id, previous_hash, hash)
    SELECT o.id, number, gen_random_uuid(), now(), 'a', 'SUCCESS', 'User', 'u', 'session', 'Cluster', 'c', '-', '-'
      FROM organizations o, generate_series(1, ${eventsOfEach}::integer) number`;
  await db.$executeRaw`
    INSERT INTO audit_deliveries (organization_id, cluster_id, topic_name, service_account_id, delivered_sequence, due_at)
    SELECT id, 'c', 't', 's', ${eventsOfEach}::integer, now() FROM organizations`;
  await db.$executeRaw`ANALYZE`;
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

interface Step {
  readonly 'Relation Name'?: string | undefined;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number | undefined;
  readonly Plans?: readonly Step[] | undefined;
}
const Step: z.ZodType<Step> = z.lazy(() =>
  z.object({
    'Relation Name': z.string().optional(),
    'Actual Rows': z.number(),
    'Actual Loops': z.number(),
    'Rows Removed by Filter': z.number().optional(),
    Plans: z.array(Step).optional(),
  }),
);
const Explained = z.array(z.object({ 'QUERY PLAN': z.array(z.object({ Plan: Step })) }));

/** Rows of a table that were looked at, whether or not they were kept. */
const rowsRead = (step: Step, table: string): number => {
  const own = (step['Actual Rows'] + (step['Rows Removed by Filter'] ?? 0)) * step['Actual Loops'];
  const below = (step.Plans ?? []).reduce((sum, each) => sum + rowsRead(each, table), 0);
  return below + (step['Relation Name'] === table ? own : 0);
};

it('of a log at rest its last event alone is read, however long it is', async () => {
  const watched = new WatchedStatements();
  expect(await findDueAudits(db, Date.now() + 1_000, false, 100)).toEqual([]);
  const sent = watched.taken().find(({ text }) => text.includes('FROM audit_deliveries'));
  watched.stop();
  if (sent === undefined) throw new Error('nothing was asked');
  const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${sent.text}`;
  const [plan] = Explained.parse(await db.$queryRawUnsafe(explain, ...sent.values));
  const [first] = plan?.['QUERY PLAN'] ?? [];
  if (first === undefined) throw new Error('nothing was explained');
  expect(rowsRead(first.Plan, 'audit_deliveries')).toBe(organizations);
  expect(rowsRead(first.Plan, 'audit_events')).toBe(organizations);
});
