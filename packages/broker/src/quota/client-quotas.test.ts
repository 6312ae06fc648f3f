import { expect, test } from 'vitest';
import { clientBucketsPerClusterMax } from '../client-limits.ts';
import { ClientQuotas } from './client-quotas.ts';

const quota = (client: string, ingress: number, egress = ingress) => ({
  client,
  ingressBytesPerSecMax: ingress,
  egressBytesPerSecMax: egress,
});
const who = (principal: string, keyId: string | null = null) => ({ principal, keyId });

/** How long a client waits that sends three seconds' worth of a rate of 1,000 at once: two may be used at once. */
const waitOf = (quotas: ClientQuotas, client: ReturnType<typeof who>, bytes = 3_000) =>
  quotas.charge('ingress', client, bytes, 0);

test('a principal has its own quota, everybody else the default one for himself, and a key one beside that', () => {
  const quotas = new ClientQuotas(1);
  expect(waitOf(quotas, who('User:sa-1'), 1e12)).toBe(0);
  quotas.apply([quota('User:sa-1', 1_000), quota('<default>', 500), quota('Key:K', 100)], 0);
  expect(waitOf(quotas, who('User:sa-1'))).toBe(1_000);
  for (const principal of ['User:sa-2', 'User:u-1'])
    expect(waitOf(quotas, who(principal), 1_500)).toBe(1_000);
  expect(waitOf(quotas, who('User:sa-3', 'K'), 300)).toBe(1_000);
  expect(waitOf(quotas, who('User:sa-4', 'OTHER'), 300)).toBe(0);
  expect(quotas.charge('egress', who('User:sa-1'), 2_000, 0)).toBe(0);
});

test('a quota that is changed holds from then on, and one that is taken away holds nobody', () => {
  const quotas = new ClientQuotas(1);
  quotas.apply([quota('User:sa-1', 1_000)], 0);
  expect(waitOf(quotas, who('User:sa-1'))).toBe(1_000);
  quotas.apply([quota('User:sa-1', 10_000)], 0);
  expect(waitOf(quotas, who('User:sa-1'), 0)).toBe(100);
  quotas.apply([], 0);
  expect([waitOf(quotas, who('User:sa-1'), 1e9), quotas.size]).toEqual([0, 0]);
});

test('what is kept of clients is bounded', () => {
  const quotas = new ClientQuotas(1);
  quotas.apply([quota('<default>', 1_000)], 0);
  for (let client = 0; client < clientBucketsPerClusterMax + 100; client += 1)
    waitOf(quotas, who(`User:sa-${client}`), 1);
  expect(quotas.size).toBe(clientBucketsPerClusterMax);
});
