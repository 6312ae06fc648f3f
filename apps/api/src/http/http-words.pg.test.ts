import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api.close());

it('a path with another method is 405, with what it takes', async () => {
  const answer = await api.anonymous.send('PUT', '/cmk/v2/clusters');
  expect(answer.status).toBe(405);
  expect(answer.headers.get('allow')).toBe('GET, POST');
  expect(answer.body).toMatchObject({ errors: [{ code: 'method_not_allowed' }] });
  const kafka = await api.anonymous.send('PUT', '/kafka/v3/clusters/lkc-1/topics/x');
  expect(kafka.headers.get('allow')).toBe('GET, PATCH, DELETE');
  expect(kafka.body).toMatchObject({ error_code: 405 });
  expect((await api.anonymous.send('GET', '/nothing/here')).status).toBe(404);
});

it('a program that did not sign in is told how, and a page makes no browser ask', async () => {
  const answer = await api.anonymous.send('GET', '/cmk/v2/clusters');
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  const page = await api.anonymous.with({ 'sec-fetch-site': 'same-origin' }).send('GET', '/cmk/v2/clusters');
  expect(page.headers.get('www-authenticate')).toBeNull();
});

it.each(['/cmk/v2/clusters', '/auth/sign-in/email', '/kafka/v3/clusters/lkc-1/topics'])(
  'a body that is not JSON is 415: %s',
  async (path) => {
    const person = await api.signUp();
    const send = (type: string, body: string) =>
      fetch(api.anonymous.url + path, {
        method: 'POST',
        headers: { ...person.headers, 'content-type': type },
        body,
      });
    expect((await send('application/x-www-form-urlencoded', 'email=a@example.com&password=x')).status).toBe(
      415,
    );
    expect((await send('text/plain', '{}')).status).toBe(415);
    expect((await send('application/json', '{')).status).toBe(400);
  },
);
