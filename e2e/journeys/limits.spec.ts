import { Producer, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

const topic = 'limited';
const messageBytes = 50_000;

/** Bytes a second that get through, in so many sends one after the other. */
async function rateOf({ keyId, secret }: Key, sends: number): Promise<number> {
  const producer = new Producer({
    clientId: 'limited',
    bootstrapBrokers: [bootstrap],
    sasl: { mechanism: 'SCRAM-SHA-256', username: keyId, password: secret },
    serializers: stringSerializers,
    autocreateTopics: true,
  });
  const value = 'x'.repeat(messageBytes);
  await producer.send({ messages: [{ topic, value }] });
  const beganAt = Date.now();
  for (let sent = 0; sent < sends; sent += 1) await producer.send({ messages: [{ topic, value }] });
  const tookMs = Date.now() - beganAt;
  await producer.close(true);
  return (sends * messageBytes * 1_000) / tookMs;
}

test('a quota that is set on the page slows its client down to it, and one that is deleted does not', async ({
  page,
}) => {
  test.setTimeout(180_000);
  await signUp(page);
  const clusterId = await createCluster(page, 'limits');
  const key = await createKey(page);
  await rateOf(key, 5);
  await page.goto(`/clusters/${clusterId}/limits`);
  const limits = page.getByRole('list', { name: 'What a Basic cluster may use' });
  await expect(limits.getByText('1 of 2,048')).toBeVisible();
  await page.getByRole('button', { name: 'Add quota' }).click();
  await page.getByLabel('Name').fill('everybody');
  await page.getByLabel('Writes').fill('0');
  await page.getByLabel('Reads').fill('1000');
  await page.getByRole('dialog').getByRole('button', { name: 'Add quota' }).click();
  await expect(page.getByText('A whole number of KiB a second, from 1.')).toBeVisible();
  await page.getByLabel('Writes').fill('100');
  await page.getByRole('dialog').getByRole('button', { name: 'Add quota' }).click();
  await expect(page.getByText('writes 100 KiB/s, reads 1000 KiB/s')).toBeVisible();
  await expectSoundInEveryLook(page);
  // Two seconds' worth may come at once, and thirty sends are fifteen seconds' worth.
  const rate = await rateOf(key, 30);
  expect(rate).toBeLessThan(100 * 1024 * 1.3);
  expect(rate).toBeGreaterThan(100 * 1024 * 0.5);
  await page.getByRole('button', { name: 'Delete quota everybody' }).click();
  await expect(page.getByText('Every client may use all that the cluster has.')).toBeVisible();
  expect(await rateOf(key, 30)).toBeGreaterThan(100 * 1024 * 2);
});
