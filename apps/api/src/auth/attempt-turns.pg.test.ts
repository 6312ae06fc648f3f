import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

const proxySecret = 'a secret that the console shares with the API';
let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ settings: { proxySecret } });
});
afterAll(() => api.close());

it('who signs in comes before the rest of a flood of passwords from another address', async () => {
  const order: string[] = [];
  const attempt = async (name: string, address: string) => {
    const client = api.anonymous.with({ 'x-weir-proxy': proxySecret, 'x-forwarded-for': address });
    const input = { email: `${crypto.randomUUID()}@example.com`, password: 'a guess of a password' };
    const { status } = await client.send('POST', '/auth/sign-in/email', input);
    expect(status).toBe(401);
    order.push(name);
  };
  // What is slow about a first attempt is behind us.
  await attempt('first', '192.0.2.3');
  const flood = Array.from({ length: 40 }, () => attempt('flood', '192.0.2.1'));
  const others = Array.from({ length: 3 }, (_, at) => attempt('other', `192.0.2.${at + 10}`));
  await Promise.all([...flood, ...others]);
  expect(order.lastIndexOf('other')).toBeLessThan(15);
  expect(order).toHaveLength(44);
});
