import { Consumer, stringDeserializers } from '@platformatic/kafka';
import { expect, type Page, test } from '@playwright/test';
import { bootstrap } from '../addresses.ts';
import { createCluster, createKey, type Key, signUp } from './newcomer.ts';
import { picture } from './picture.ts';
import { expectSoundInEveryLook } from './sound.ts';

const topic = 'audit-log';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly sequence: number; readonly hash: string } | null;
}

/** What a client reads of the topic until somebody is satisfied. */
async function readUntil({ keyId, secret }: Key, isEnough: (told: readonly Told[]) => boolean) {
  const sasl = { mechanism: 'SCRAM-SHA-256' as const, username: keyId, password: secret };
  const consumer = new Consumer({
    ...{ clientId: 'siem', groupId: `siem-${crypto.randomUUID()}`, bootstrapBrokers: [bootstrap], sasl },
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
  const told: Told[] = [];
  try {
    for await (const { key, value } of stream) {
      // As the contract has it; what is wrong with it shows in what is expected of it.
      const event = JSON.parse(value ?? '') as Told;
      expect(key).toBe(event.id);
      told.push(event);
      if (isEnough(told)) break;
    }
    return told;
  } finally {
    await consumer.close(true);
  }
}

async function createTopic(page: Page, clusterId: string): Promise<void> {
  await page.goto(`/clusters/${clusterId}/topics`);
  await page.getByRole('button', { name: 'Create topic' }).click();
  await page.getByLabel('Name').fill(topic);
  await page.getByRole('dialog').getByRole('button', { name: 'Create topic' }).click();
  await page.getByRole('link', { name: topic }).waitFor();
}

async function createAccount(page: Page): Promise<void> {
  await page.goto('/access/service-accounts');
  await page.getByRole('button', { name: 'Create service account' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('auditor');
  await page.getByRole('dialog').getByRole('button', { name: 'Create service account' }).click();
  await page.waitForURL(/\/access\/service-accounts\/sa-/);
}

async function letItWrite(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog');
  await page.goto('/access');
  await page.getByRole('button', { name: 'Give a role' }).click();
  await dialog.getByLabel('On', { exact: true }).selectOption({ label: 'watched' });
  await dialog.getByLabel('Role').selectOption('DeveloperWrite');
  await dialog.getByLabel('To', { exact: true }).selectOption({ label: 'auditor' });
  await dialog.getByRole('button', { name: 'Give role' }).click();
  await expect(page.getByRole('list', { name: 'auditor' })).toContainText('DeveloperWrite');
}

test('the audit log goes on to a topic, where a client reads it, and says on its page what keeps it', async ({
  page,
}) => {
  test.setTimeout(180_000);
  const dialog = page.getByRole('dialog');
  await signUp(page);
  const clusterId = await createCluster(page, 'watched');
  const key = await createKey(page);
  await page.goto('/audit');
  await expect(page.getByText('Events stay here.')).toBeVisible();
  await page.getByRole('button', { name: 'Deliver to a topic' }).click();
  await expect(dialog.getByText('There is no service account yet.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Write a first record and save' })).toBeDisabled();
  await createTopic(page, clusterId);
  await createAccount(page);

  await page.goto('/audit');
  await page.getByRole('button', { name: 'Deliver to a topic' }).click();
  await dialog.getByLabel('Topic').selectOption(topic);
  await dialog.getByLabel('In the name of').selectOption({ label: 'auditor' });
  await dialog.getByLabel('Begin with').selectOption({ label: 'The whole log' });
  await expectSoundInEveryLook(page);
  await dialog.getByRole('button', { name: 'Write a first record and save' }).click();
  await expect(dialog.getByText(/may not write to the topic audit-log/)).toBeVisible();
  await picture(page, 'audit-delivery-refused');

  await letItWrite(page);
  await page.goto('/audit');
  await page.getByRole('button', { name: 'Deliver to a topic' }).click();
  await dialog.getByLabel('Topic').selectOption(topic);
  await dialog.getByLabel('Begin with').selectOption({ label: 'The whole log' });
  await dialog.getByRole('button', { name: 'Write a first record and save' }).click();
  await expect(page.getByText(/^All up to event \d+ are there/)).toBeVisible({ timeout: 30_000 });
  const told = await readUntil(key, (all) => all.at(-1)?.type === 'weir.audit/audit-delivery.update');
  expect(told[0]).toMatchObject({ type: 'weir.audit/delivery-test', data: null });
  expect(told[1]).toMatchObject({ type: 'weir.audit/organization.create', data: { sequence: 1 } });
  expect(told.slice(1).map(({ data }) => data?.sequence)).toEqual(told.slice(1).map((_, at) => at + 1));
  await expectSoundInEveryLook(page);
  await page.getByText(/^All up to event \d+ are there/).scrollIntoViewIfNeeded();
  await picture(page, 'audit-delivery');

  // Its topic goes, and the page says so.
  await page.goto(`/clusters/${clusterId}/topics/${topic}`);
  await page.getByRole('button', { name: 'Delete topic' }).click();
  await page.getByLabel(`Type ${topic} to confirm`).fill(topic);
  await dialog.getByRole('button', { name: 'Delete topic' }).click();
  await expect(page.getByRole('heading', { name: 'No topics yet' })).toBeVisible();
  await expect(async () => {
    await page.goto('/audit');
    await expect(page.getByText(`Events do not come to the topic ${topic}.`)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByText(/No event has come to the topic since/)).toContainText(
    'There is no such topic',
  );
  await expectSoundInEveryLook(page);
  await picture(page, 'audit-delivery-failing');

  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByLabel(`Type ${topic} to confirm`).fill(topic);
  await dialog.getByRole('button', { name: 'Stop delivery' }).click();
  await expect(page.getByText('Events stay here.')).toBeVisible();
});
