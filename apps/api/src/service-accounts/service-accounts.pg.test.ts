import { createServiceAccount, listServiceAccounts } from '@weir/contracts/iam';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
}, 60_000);
afterAll(() => api.close());

it('are found by their whole names, over pages', async () => {
  const person = await api.signUp();
  for (const display_name of ['orders', 'orders-2', 'billing', 'stock'])
    await person.call(createServiceAccount, { body: { display_name } });
  const namesFor = async (query: string) => {
    const answer = await person.send('GET', `/iam/v2/service-accounts?${query}`);
    expect(answer.status).toBe(200);
    return listServiceAccounts.response.parse(answer.body);
  };
  const one = await namesFor('display_name=orders');
  expect(one.data.map((row) => row.display_name)).toEqual(['orders']);
  expect((await namesFor('display_name=order')).data).toEqual([]);
  const first = await namesFor('display_name=orders&display_name=billing&page_size=1');
  expect(first.metadata.total_size).toBe(2);
  const { search } = new URL(first.metadata.next ?? '');
  const rest = await namesFor(search.slice(1));
  expect([...first.data, ...rest.data].map((row) => row.display_name).toSorted()).toEqual([
    ...['billing', 'orders'],
  ]);
  expect(rest.metadata.next).toBeUndefined();
});
