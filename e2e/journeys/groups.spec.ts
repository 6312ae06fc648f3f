import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { expect, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';
import { expectSoundInEveryLook } from './sound.ts';

const topic = 'orders';
const groupId = 'orders-readers';

function connection({ keyId, secret }: Key) {
  const sasl = { mechanism: 'SCRAM-SHA-256' as const, username: keyId, password: secret };
  return { clientId: 'journey', bootstrapBrokers: [bootstrap], sasl };
}

test('a consumer group shows who reads what and how far behind it is, and is sent back to read again', async ({
  page,
}) => {
  await signUp(page);
  const clusterId = await createCluster(page, 'groups');
  const key = await createKey(page);
  await page.goto(`/clusters/${clusterId}/groups`);
  await expect(page.getByRole('heading', { name: 'No consumer groups yet' })).toBeVisible();

  const producer = new Producer({
    ...connection(key),
    serializers: stringSerializers,
    autocreateTopics: true,
  });
  await producer.send({ messages: ['one', 'two', 'three'].map((value) => ({ topic, value })) });
  await producer.close();
  const consumer = new Consumer({ ...connection(key), groupId, deserializers: stringDeserializers });
  const stream = await consumer.consume({
    topics: [topic],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: false,
  });
  for await (const message of stream) {
    await message.commit();
    if (message.value === 'two') break;
  }

  const row = page.getByRole('row', { name: new RegExp(groupId) });
  await expect(row).toContainText('1', { timeout: 20_000 });
  await page.getByRole('link', { name: groupId }).click();
  await expect(page.getByText('1 message behind')).toBeVisible();
  await expect(page.getByRole('heading', { name: topic, exact: true })).toBeVisible();
  await expectSoundInEveryLook(page);
  await page.getByRole('button', { name: 'Reset offsets' }).click();
  const dialog = page.getByRole('dialog');
  await consumer.close(true);
  // What says that somebody is in it gives way once nobody is.
  await expect(dialog.getByLabel('Read on from')).toBeVisible({ timeout: 15_000 });
  await dialog.getByLabel('Read on from').selectOption('OFFSET');
  await dialog.getByRole('button', { name: 'Show what changes' }).click();
  await expect(dialog.getByText('A whole number from 0.')).toBeVisible();
  await dialog.getByLabel('Read on from').selectOption('EARLIEST');
  await dialog.getByRole('button', { name: 'Show what changes' }).click();
  await expect(dialog.getByText('2 offsets are read again, 0 are passed over.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Reset offsets' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('3 messages behind')).toBeVisible();
  await expect(page.getByText('Nobody is in the group.')).toBeVisible();
});
