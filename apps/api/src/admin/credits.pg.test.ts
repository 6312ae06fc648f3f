import { listAuditEvents } from '@weir/contracts/audit';
import { getInvoice, listCredits } from '@weir/contracts/invoices';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newInvoice } from '../testing/invoices-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';
import { UsageError } from './operator.ts';
import { runCommand } from './run-command.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const admin = (
  text: string,
  more: readonly string[] = ['--operator', 'kim', '--reason', 'Sorry for Monday'],
) => {
  const tools = { db: api.platform.db, clock: api.platform.clock, print: () => undefined };
  // A name of its own, unless the test gives one.
  const named = text.includes('--reference') ? [] : ['--reference', crypto.randomUUID()];
  return runCommand([...text.split(' '), ...named, ...more], tools);
};

it('gives a credit, which the tenant sees with its reason, on the draft too and in the log', async () => {
  const { client, organizationId } = await newOwner(api);
  await admin(`credits give ${organizationId} 12.50 --days 400`);
  const { data } = await client.call(listCredits, {});
  expect(data).toMatchObject([
    {
      type: 'PROMOTION',
      amount: '12.500000',
      remaining_amount: '12.500000',
      description: 'Sorry for Monday',
    },
  ]);
  const { data: events } = await client.call(listAuditEvents, { query: { action: 'credit.*' } });
  expect(events).toMatchObject([{ action: 'credit.give', actor: { id: 'kim', kind: 'Operator' } }]);
  // Nothing was used, so nothing is taken.
  const draft = await client.call(getInvoice, { params: { id: 'draft' } });
  expect(draft).toMatchObject({ credit_amount: '0.000000', due_amount: '0.000000' });
});

it('takes no more back of an invoice than it asked for, however many notes are written at once', async () => {
  const { client, organizationId } = await newOwner(api);
  // Of one cent.
  const invoice = await newInvoice(api, organizationId);
  const notes = await Promise.allSettled([1, 2, 3].map(() => admin(`credits note ${invoice} 0.006`)));
  expect(notes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  await expect(admin(`credits note ${invoice} 0.005`)).rejects.toThrow(/0\.004000 can be taken back/);
  await admin(`credits note ${invoice} 0.004`);
  expect((await client.call(listCredits, {})).data.map(({ amount }) => amount).toSorted()).toEqual([
    '0.004000',
    '0.006000',
  ]);
});

it('refuses what is no amount, no organization and no reason', async () => {
  const { organizationId } = await newOwner(api);
  for (const amount of ['0', '-1', '1e3', 'ten', '1000.01', '0.0000001'])
    await expect(admin(`credits give ${organizationId} ${amount}`), amount).rejects.toThrow(UsageError);
  await expect(admin(`credits give ${crypto.randomUUID()} 1`)).rejects.toThrow(/no such organization/);
  await expect(admin(`credits give ${organizationId} 1 --days 0`)).rejects.toThrow(/--days/);
  await expect(admin(`credits give ${organizationId} 1`, ['--operator', 'kim'])).rejects.toThrow(/--reason/);
  await expect(admin('credits note inv-nobodys 1')).rejects.toThrow(/no invoice/);
  expect(await api.platform.db.billingCredit.count({ where: { organizationId } })).toBe(0);
});

it('the same reference gives the same credit, once however many ask, and stands for no other', async () => {
  const { client, organizationId } = await newOwner(api);
  const give = (amount: string) => admin(`credits give ${organizationId} ${amount} --reference TICKET-7`);
  await Promise.all([give('5'), give('5'), give('5')]);
  await expect(give('6')).rejects.toThrow(/stands for another credit/);
  const { data } = await client.call(listCredits, {});
  expect(data.map(({ amount }) => amount)).toEqual(['5.000000']);
  const another = await newOwner(api);
  await admin(`credits give ${another.organizationId} 6 --reference TICKET-7`);
});

it('a credit without a reference is refused', async () => {
  const { organizationId } = await newOwner(api);
  const unnamed = ['credits', 'give', organizationId, '1', '--operator', 'kim', '--reason', 'sorry'];
  const tools = { db: api.platform.db, clock: api.platform.clock, print: () => undefined };
  await expect(runCommand(unnamed, tools)).rejects.toThrow(/--reference/);
});
