import { listAuditEvents } from '@weir/contracts/audit';
import { listCredits } from '@weir/contracts/invoices';
import { redeemPromotion } from '@weir/contracts/promotions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UsageError } from '../admin/operator.ts';
import { runCommand } from '../admin/run-command.ts';
import type { ApiClient } from '../testing/api-client.ts';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { newOwner } from '../testing/people-with-roles.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

const admin = async (...args: string[]): Promise<string> => {
  const lines: string[] = [];
  const { clock, db } = api.platform;
  await runCommand(['promotions', ...args], { db, clock, print: (line) => void lines.push(line) });
  return lines.join('\n');
};
const dayMs = 86_400_000;
const dayText = (days: number) =>
  new Date(api.platform.clock.now() + days * dayMs).toISOString().slice(0, 10);
/** Of a new code: as it is told to people. */
const create = async (amount: string, times: string, ...more: string[]): Promise<string> => {
  const named = ['--description', 'Hello from Weir', '--until', dayText(30)];
  const told = await admin('create', amount, '--times', times, ...named, ...more);
  return told.split(' ')[0] ?? '';
};
const redeem = (client: ApiClient, code: string, query = {}) =>
  client.try(redeemPromotion, { body: { spec: { code } }, query });
const creditsOf = async (client: ApiClient) =>
  (await client.call(listCredits, {})).data.map(({ amount, description }) => [description, amount]);

it('a code gives its credit once to an organization, however it is typed and however many ask at once', async () => {
  const { client } = await newOwner(api);
  const code = await create('12.50', '10', '--days', '90');
  expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const typed = [code, code.toLowerCase(), code.replaceAll('-', ' '), ` ${code.replaceAll('-', '')} `];
  const answers = await Promise.all(typed.map((text) => redeem(client, text)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 409)?.text).toContain('has redeemed this code');
  const { data } = await client.call(listCredits, {});
  expect(data).toMatchObject([{ type: 'PROMOTION', amount: '12.500000', remaining_amount: '12.500000' }]);
  const expires = Date.parse(data[0]?.expires_at ?? '') - api.platform.clock.now();
  expect(Math.round(expires / dayMs)).toBe(90);
  const { data: events } = await client.call(listAuditEvents, { query: { action: 'credit.redeem' } });
  expect(events).toMatchObject([{ after: { amount: '12.500000', code: code.replaceAll('-', '') } }]);
  expect(await admin('list')).toContain(`${code}  12.500000 USD  1 of 10  until ${dayText(30)}  Hello`);
});

it('no more organizations than it was made for redeem a code, all of whom ask at once', async () => {
  const code = await create('5', '2');
  const owners = await Promise.all([1, 2, 3, 4].map(() => newOwner(api)));
  const answers = await Promise.all(owners.map(({ client }) => redeem(client, code)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 400, 400]);
  const credits = await Promise.all(owners.map(({ client }) => creditsOf(client)));
  expect(credits.flat()).toHaveLength(2);
  expect(await admin('list')).toContain(`${code}  5.000000 USD  2 of 2`);
});

it('a code that nobody made, that has ended or that is used up gets one answer, and nothing changes', async () => {
  const { client } = await newOwner(api);
  const [ended, usedUp] = [await create('5', '5'), await create('5', '1')];
  await admin('end', ended);
  await expect(admin('end', ended)).rejects.toThrow(/has ended/);
  await redeem((await newOwner(api)).client, usedUp);
  const answers = await Promise.all(['NOSUCHCODE12', ended, usedUp].map((code) => redeem(client, code)));
  const details = answers.map(({ status, text }) => [status, JSON.parse(text).errors[0].detail]);
  expect(new Set(details.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(details[0]).toEqual([400, expect.stringContaining('not valid, or not any more')]);
  for (const code of ['', 'short', 'x'.repeat(200), 'WRONG!CODE', "'; DROP TABLE--"])
    expect((await redeem(client, code)).status).toBe(400);
  expect(await creditsOf(client)).toEqual([]);
});

it('a dry run says what a code would give, and a repeated request gives what it gave', async () => {
  const { client } = await newOwner(api);
  const code = await create('7', '1');
  const tried = await redeem(client, code, { dry_run: 'true' });
  expect([tried.status, JSON.parse(tried.text).amount]).toEqual([201, '7.000000']);
  expect(await creditsOf(client)).toEqual([]);
  const once = client.with({ 'idempotency-key': 'once' });
  const body = { spec: { code } };
  const [first, second] = [
    await once.call(redeemPromotion, { body }),
    await once.call(redeemPromotion, { body }),
  ];
  expect(second.id).toBe(first.id);
  expect(await creditsOf(client)).toEqual([['Hello from Weir', '7.000000']]);
});

it('an operator is told what is wrong with a code, and makes none twice', async () => {
  const good = ['--times', '1', '--until', dayText(1), '--description', 'x'];
  for (const amount of ['0', '100.01', '1e2', 'ten', '']) await refused(amount, ...good);
  await refused('5', '--times', '0', '--until', dayText(1), '--description', 'x');
  await refused('5', '--times', '1', '--until', dayText(-1), '--description', 'x');
  await refused('5', '--times', '1', '--until', 'soon', '--description', 'x');
  await refused('5', '--times', '1', '--until', dayText(1));
  await refused('5', ...good, '--days', '0');
  await refused('5', ...good, '--code', 'short');
  await admin('create', '5', ...good, '--code', 'welcome-2026');
  await expect(admin('create', '5', ...good, '--code', 'WELCOME2026')).rejects.toThrow(/already/);
});

const refused = (...args: string[]) =>
  expect(admin('create', ...args), args.join(' ')).rejects.toThrow(UsageError);
