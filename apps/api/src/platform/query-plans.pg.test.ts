import { operations } from '@weir/contracts/operations';
import { crowdTables } from '@weir/testing/crowded-tables';
import { StatementPlans, WatchedStatements } from '@weir/testing/watched-statements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAbout, bodyOf, sendAs } from '../testing/access-requests.ts';
import { type AccessScene, startAccessScene } from '../testing/access-scene.ts';
import { expectedAccess } from '../testing/expected-access.ts';

// However many there are of everything, who asks for hers reads hers: each statement that an operation sends is
// explained by a Postgres whose tables are full.

const rows = 20_000;
/** Of one table, in one step of a plan. */
const rowsReadMax = 2_000;

let scene: AccessScene;
let watched: WatchedStatements;
let plans: StatementPlans;
let full: ReadonlySet<string>;
beforeAll(async () => {
  scene = await startAccessScene(['OrganizationAdmin']);
  const { databaseUrl } = scene.api.platform.settings;
  full = await crowdTables(databaseUrl, 'control', rows);
  // Of cells there are as many as Dedicated clusters, and few that are shared.
  await scene.api.platform.db.$executeRaw`UPDATE cells SET kind = 'dedicated' WHERE id <> 'local'`;
  await scene.api.platform.db.$executeRaw`ANALYZE cells`;
  plans = new StatementPlans(databaseUrl);
  watched = new WatchedStatements();
}, 240_000);
afterAll(async () => {
  watched.stop();
  await plans.end();
  await scene.stop();
});

it.each(operations.map((operation) => [operation.id, operation] as const))('%s', async (id, operation) => {
  const expected = expectedAccess[id];
  if (expected === undefined) throw new Error(`nobody says who may ${id}`);
  watched.taken();
  const holder = 'OrganizationAdmin';
  if ('about' in expected) await askAbout(scene, holder, operation, expected, scene.own);
  else if ('lists' in expected)
    await sendAs(scene, holder, operation, operation.path, {
      page_size: '100',
      ...expected.query?.(scene.own),
    });
  else await sendAs(scene, holder, operation, operation.path, expected.query, bodyOf(expected));
  expect(await plans.wideReads(watched.taken(), full, rowsReadMax)).toEqual([]);
});
