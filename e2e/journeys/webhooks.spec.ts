import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { signUp } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSoundInEveryLook } from './sound.ts';

interface Told {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server of a tenant's, on this machine. */
async function startReceiver() {
  const told: Told[] = [];
  const refuse = { next: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      told.push({ headers: request.headers, body });
      const isRefused = refuse.next > 0;
      refuse.next -= isRefused ? 1 : 0;
      response.writeHead(isRefused ? 500 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Of a server on a port, that is what it tells.
  const { port } = server.address() as AddressInfo;
  const types = () => told.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  return { address: `http://127.0.0.1:${port}/hook`, refuse, told, types, stop: () => server.close() };
}

/** As a receiver checks it: by any of the signatures, with the secret that it knows. */
function isSigned({ body, headers }: Told, secret: string): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const text = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const wanted = `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(wanted);
}

async function readSecret(page: Page): Promise<string> {
  await expect(page.getByText('This is the only time that it is shown')).toBeVisible();
  const secret = await page.locator('code').filter({ hasText: 'whsec_' }).textContent();
  await page.getByRole('button', { name: 'I have stored it' }).click();
  return secret ?? '';
}

test('a server is told of a test, of a limit that is used up and of its end, each signed, through a rotation', async ({
  page,
}) => {
  test.setTimeout(150_000);
  const receiver = await startReceiver();
  await signUp(page);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Billing' }).click();
  await page.getByRole('link', { name: 'Webhooks' }).click();
  await expect(page.getByText('No server is told of anything.')).toBeVisible();
  await page.getByRole('button', { name: 'Add webhook' }).click();
  await page.getByLabel('Name').fill('our server');
  await page.getByLabel('Address').fill('https://10.0.0.1/hook');
  await page.getByRole('button', { name: 'Save webhook' }).click();
  await expect(page.getByText('leads into a private network')).toBeVisible();
  await page.getByLabel('Address').fill(receiver.address);
  await expectSoundInEveryLook(page);
  await picture(page, 'webhook-form');
  await page.getByRole('button', { name: 'Save webhook' }).click();
  const first = await readSecret(page);

  await page.getByRole('button', { name: 'Send a test to our server' }).click();
  const log = page.getByRole('list', { name: 'What it was told' }).getByRole('listitem');
  await expect(log.first()).toContainText('Taken (204)');
  const [tested] = receiver.told;
  expect(tested !== undefined && isSigned(tested, first)).toBe(true);
  expect(receiver.types()).toEqual(['webhook.test']);

  await page.getByRole('button', { name: /^Send again: A test/ }).click();
  await expect.poll(() => receiver.told.length).toBe(2);
  const resent = receiver.told.at(-1);
  expect(resent !== undefined && isSigned(resent, first)).toBe(true);
  expect(resent?.headers['webhook-id']).toBe(tested?.headers['webhook-id']);

  await page.getByRole('button', { name: 'Rotate the secret' }).click();
  const second = await readSecret(page);
  receiver.refuse.next = 1;
  await page.getByRole('link', { name: 'Billing' }).first().click();
  await page.getByRole('button', { name: 'Add limit' }).click();
  await page.getByLabel('Name').fill('nothing at all');
  await page.getByLabel('Amount, USD').fill('0');
  await page.getByRole('button', { name: 'Save limit' }).click();
  await page.getByRole('button', { name: 'Save it all the same' }).click();
  await expect.poll(() => receiver.told.length, { timeout: 30_000 }).toBe(4);
  const [, , failed, taken] = receiver.told;
  for (const told of [failed, taken])
    for (const secret of [first, second]) expect(told !== undefined && isSigned(told, secret)).toBe(true);
  expect(failed?.headers['webhook-id']).toBe(taken?.headers['webhook-id']);
  await page.goto('/billing/webhooks');
  await page.getByRole('button', { name: 'Log and secrets' }).click();
  await expect(log.first()).toContainText('A spend limit is used up');
  await expect(log.first()).toContainText('Taken (204)');
  await page.getByRole('button', { name: 'Retire secret 1' }).click();
  await expect(page.getByRole('button', { name: 'Rotate the secret' })).toBeVisible();

  receiver.refuse.next = 100;
  await page.goto('/billing');
  await page.getByRole('button', { name: 'Delete limit nothing at all' }).click();
  await expect.poll(receiver.types, { timeout: 20_000 }).toContain('spend_limit.lifted');
  const lifted = receiver.told.at(-1);
  expect(lifted !== undefined && isSigned(lifted, second) && !isSigned(lifted, first)).toBe(true);
  await page.goto('/billing/webhooks');
  await expect(page.getByText('Takes nothing since')).toBeVisible();
  await page.getByRole('button', { name: 'Log and secrets' }).click();
  await expect(log.first()).toContainText('It answered with the status 500.');
  await expectSoundInEveryLook(page);
  await picture(page, 'webhooks');

  await page.getByRole('button', { name: 'Delete our server' }).click();
  await page.getByLabel('Type our server to confirm').fill('our server');
  await page.getByRole('button', { name: 'Delete webhook' }).click();
  await expect(page.getByText('No server is told of anything.')).toBeVisible();
  receiver.stop();
});
