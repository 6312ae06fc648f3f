import { verifySecret } from '@weir/credentials/scram';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { createLogger } from '@weir/runtime/logger';
import { expect, it } from 'vitest';
import { ActingCredentials } from './acting-credentials.ts';

const hourMs = 3_600_000;
const limits = {
  ingressBytesPerSecMax: 1,
  egressBytesPerSecMax: 1,
  requestsPerSecMax: 1,
  connectionsMax: 1,
  partitionsMax: 1,
  groupsMax: 1,
  aclsMax: 10,
  messageBytesMax: 1,
  storedBytesMax: 1,
};

async function scene() {
  const store = createMemoryMetadataStore();
  await store.applyCluster({ id: 'lkc-1', limits, autoCreateTopics: true, intentVersion: 1 });
  const acting = { clusterId: 'lkc-1', store, principal: 'User:u-1', isOwnPage: false };
  const time = { now: 10 * hourMs };
  const life = () => new ActingCredentials({ now: () => time.now }, createLogger('test', 'silent'));
  const isInForce = async ({ keyId, secret }: { keyId: string; secret: string }) => {
    const found = await store.findCredential(keyId);
    const [only] = found?.secrets ?? [];
    return only !== undefined && (await verifySecret(secret, 'SHA-256', only.scramSha256));
  };
  return { acting, time, life, isInForce, store };
}

it('pages of the console act with a credential of their own, of which what is read is not counted', async () => {
  const { acting, life, store } = await scene();
  const credentials = life();
  const forProgram = await credentials.for(acting);
  const page = { ...acting, isOwnPage: true };
  const forPage = await credentials.for(page);
  expect(await credentials.for(page)).toBe(forPage);
  expect((await store.findCredential(forPage.keyId))?.isOfOwnPages).toBe(true);
  expect((await store.findCredential(forProgram.keyId))?.isOfOwnPages).toBeUndefined();
});

it('a process that starts again within the hour acts with a credential that is in force', async () => {
  const { acting, life, isInForce } = await scene();
  const first = life();
  const before = await first.for(acting);
  expect(await isInForce(before)).toBe(true);
  await first.close();
  expect(await isInForce(before)).toBe(false);
  expect(await isInForce(await life().for(acting))).toBe(true);
});

it('a credential serves for its hour, and then another one does', async () => {
  const { acting, time, life, isInForce } = await scene();
  const credentials = life();
  const first = await credentials.for(acting);
  expect(await credentials.for(acting)).toBe(first);
  time.now += hourMs;
  const second = await credentials.for(acting);
  expect(second.keyId).not.toBe(first.keyId);
  expect(await isInForce(second)).toBe(true);
  expect(await isInForce(first)).toBe(false);
});
