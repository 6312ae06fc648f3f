import { reportSecrets } from '@weir/contracts/api-key-secrets';
import type { OperationShape } from '@weir/contracts/operation';
import { operations } from '@weir/contracts/operations';
import { crowdTables } from '@weir/testing/crowded-tables';
import { StatementPlans, WatchedStatements } from '@weir/testing/watched-statements';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Expected } from '../testing/access-expectation.ts';
import { askAbout, bodyOf, sendAs } from '../testing/access-requests.ts';
import { type AccessScene, startAccessScene } from '../testing/access-scene.ts';
import type { Answer } from '../testing/api-client.ts';
import { expectedAccess } from '../testing/expected-access.ts';

// However many there are of everything, who asks for hers reads hers: each statement that an operation sends is
// explained by a Postgres whose tables are full.

const rows = 20_000;
/** Of one table, in one step of a plan. */
const rowsReadMax = 2_000;

/** Answered without a look into a store: nothing that is sent to it can be a secret of ours. */
const asksNobody: ReadonlySet<string> = new Set([reportSecrets.id]);

const holder = 'OrganizationAdmin';

let scene: AccessScene;
let watched: WatchedStatements;
let plans: StatementPlans;
let full: ReadonlySet<string>;
beforeAll(async () => {
  scene = await startAccessScene([holder]);
  const { db, settings } = scene.api.platform;
  const { databaseUrl } = settings;
  // Of tables whose checks take no more than they mean a row is there for the others to be like.
  const { id: organizationId } = await db.organization.findFirstOrThrow({ select: { id: true } });
  await db.organizationDiscount.create({ data: { organizationId, since: new Date(0), basisPoints: 100 } });
  const code = { code: 'NONEATALL', description: 'x', currency: 'USD', expiresAt: new Date(0) };
  await db.promotionCode.create({ data: { ...code, micros: 1n, redemptionsMax: 1 } });
  full = await crowdTables(databaseUrl, 'control', rows);
  // Of cells there are as many as Dedicated clusters, and few that are shared.
  await db.$executeRaw`UPDATE cells SET kind = 'dedicated' WHERE id <> 'local'`;
  await db.$executeRaw`ANALYZE cells`;
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
  const { status } = await send(operation, expected);
  const statements = watched.taken();
  // Whoever is turned away at the door reads nothing at all.
  expect([429, 500]).not.toContain(status);
  expect(statements.length > 0).toBe(!asksNobody.has(id));
  expect(await plans.wideReads(statements, full, rowsReadMax)).toEqual([]);
});

const send = (operation: OperationShape, expected: Expected): Promise<Answer> => {
  if ('about' in expected) return askAbout(scene, holder, operation, expected, scene.own);
  if ('lists' in expected) {
    const query = { page_size: '100', ...expected.query?.(scene.own) };
    return sendAs(scene, holder, operation, operation.path, query);
  }
  return sendAs(scene, holder, operation, operation.path, expected.query, bodyOf(expected));
};
