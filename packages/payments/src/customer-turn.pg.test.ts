import { setTimeout as delay } from 'node:timers/promises';
import { type ControlDb, openControl } from '@weir/db/control';
import { controlModel } from '@weir/db/testing/control-model';
import { startTestStripe } from '@weir/testing/stripe/stripe-for-tests';
import { createTestDatabase, type TestDatabase } from '@weir/testing/test-database';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureCustomer } from './customer.ts';
import { CustomerBusy, TurnLost, withCustomer } from './customer-turn.ts';
import { changeAccount, findAccount } from './payment.store.ts';
import { openProvider } from './provider.ts';

let database: TestDatabase;
let db: ControlDb;
/** Another process. */
let others: ControlDb;
beforeAll(async () => {
  database = await createTestDatabase(controlModel);
  db = openControl({ url: database.url, connectionsMax: 1 });
  others = openControl({ url: database.url });
});
afterAll(async () => {
  await Promise.all([db.$disconnect(), others.$disconnect()]);
  await database.drop();
});

const quick = { heldMsMax: 300, waitMsMax: 5_000 };
const nobody = '00000000-0000-4000-8000-000000000000';
const turns = (organizationId: string) => others.paymentTurn.findMany({ where: { organizationId } });

it('a provider that takes its time holds no connection to the database', async () => {
  const organizationId = crypto.randomUUID();
  const stripe = await startTestStripe(Date.now);
  const { promise, resolve } = Promise.withResolvers<void>();
  stripe.slow = promise;
  const asked = Promise.withResolvers<void>();
  stripe.fault = () => {
    asked.resolve();
    return 'slow';
  };
  try {
    const provider = openProvider({ secretKey: stripe.secretKey, apiUrl: stripe.url });
    const made = ensureCustomer({ db, provider, now: Date.now }, organizationId);
    await asked.promise;
    // All that there is is one connection.
    expect(await db.$queryRaw`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    stripe.fault = () => null;
    resolve();
    expect(await made).toBe((await findAccount(db, organizationId))?.customerId);
    expect(await turns(organizationId)).toEqual([]);
  } finally {
    resolve();
    await stripe.stop();
  }
});

it('a turn is one process’s for as long as it goes on, however long that is', async () => {
  const organizationId = crypto.randomUUID();
  let inside = 0;
  let most = 0;
  const work = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await delay(3 * quick.heldMsMax);
    inside -= 1;
  };
  await Promise.all([db, others, others].map((each) => withCustomer(each, organizationId, work, quick)));
  expect(most).toBe(1);
  expect(await turns(organizationId)).toEqual([]);
});

it('the turn of a process that died passes on, and somebody else’s is not waited for for ever', async () => {
  const organizationId = crypto.randomUUID();
  const until = new Date(Date.now() + 700);
  await others.paymentTurn.create({ data: { organizationId, holder: nobody, until } });
  const hasty = { ...quick, waitMsMax: 100 };
  await expect(withCustomer(db, organizationId, async () => 'done', hasty)).rejects.toThrow(CustomerBusy);
  expect(await withCustomer(db, organizationId, async () => 'done', quick)).toBe('done');
});

it('who lost his turn writes nothing, and leaves the turn to whom it is', async () => {
  const organizationId = crypto.randomUUID();
  const taken = withCustomer(db, organizationId, async ({ write }) => {
    await others.paymentTurn.updateMany({ where: { organizationId }, data: { holder: nobody } });
    await write((tx) => changeAccount(tx, organizationId, { standing: 'SUSPENDED' }));
  });
  await expect(taken).rejects.toThrow(TurnLost);
  expect(await findAccount(db, organizationId)).toBeNull();
  expect(await turns(organizationId)).toMatchObject([{ holder: nobody }]);
});
