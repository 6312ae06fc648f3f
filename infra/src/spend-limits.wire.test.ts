import { Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// That a limit on spending holds, on the real cloud with a real client: with all of it, and with nothing but the broker and
// its store.

const gibibyte = 1024 ** 3;
/** Of a Standard cluster. */
const microsPerGibibyte = 40_000;
const microsPerSecond = 350_000 / 3_600;
const value = 'x'.repeat(200_000);
/** In which a limit is to hold, after the byte that crossed it. */
const holdsWithinSeconds = 30;

let weir: Installation;
let tenant: Tenant;
let beganMs: number;
/** Bytes of records that were acknowledged. */
let written = 0;

beforeAll(async () => {
  weir = await Installation.make();
  await weir.launch().line('weir ready');
  const owner = await Tenant.signUp(weir);
  tenant = await owner.standardCluster();
  beganMs = Date.now();
  await tenant.createTopic('orders');
});
afterAll(() => weir.remove());

const clientOptions = () => ({
  clientId: 'spender',
  bootstrapBrokers: [`localhost:${weir.ports.broker}`],
  sasl: { mechanism: 'PLAIN' as const, username: tenant.key, password: tenant.secret },
  retries: 0,
});

/** What is spent by now, by what was acknowledged and the time that the cluster is there. */
const spentMicros = () =>
  (written * microsPerGibibyte) / gibibyte + ((Date.now() - beganMs) / 1_000) * microsPerSecond;

/** Sends until it is refused; resolves with the refusal's words, or null where it was not within that time. */
const sendUntilRefused = async (msMax: number): Promise<string | null> => {
  const producer = new Producer({ ...clientOptions(), serializers: stringSerializers, idempotent: false });
  const untilMs = Date.now() + msMax;
  try {
    while (Date.now() < untilMs) {
      await producer.send({ messages: [{ topic: 'orders', value }], acks: -1 });
      written += value.length;
    }
    return null;
  } catch (cause) {
    return textOf(cause);
  } finally {
    await producer.close(true);
  }
};

/** All that an error and its causes say. */
const textOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  const inner = cause instanceof AggregateError ? cause.errors.map(textOf) : [];
  const apiId = 'apiId' in cause ? String(cause.apiId) : '';
  return [cause.message, apiId, ...inner, cause.cause === undefined ? '' : textOf(cause.cause)].join(' ');
};

test('a producer is refused where its limit is reached, goes on once it is raised, and is refused again with everything but the broker gone', async () => {
  const first = spentMicros() + 4_000;
  const id = await tenant.limitSpend((first / 1_000_000).toFixed(6));
  expect(await sendUntilRefused(60_000)).toMatch(/POLICY_VIOLATION|violates/i);
  const overshoot = spentMicros() - first;
  // The ledger comes to the same, but for what time costs since.
  await expect
    .poll(() => tenant.spentOf(id), { timeout: 60_000, interval: 500 })
    .toBeGreaterThan(first * 0.97);

  const second = spentMicros() + 20_000;
  await tenant.changeSpendLimit(id, (second / 1_000_000).toFixed(6));
  await expect.poll(() => sendUntilRefused(500), { timeout: 5_000 }).toBeNull();
  await weir.kill(['launcher', 'api', 'worker', 'console', 'redis']);
  expect(await sendUntilRefused(60_000)).toMatch(/POLICY_VIOLATION|violates/i);
  const alone = spentMicros() - second;
  console.log(`passed by ${Math.round(overshoot)} and, alone, ${Math.round(alone)} micro-units`);
  for (const micros of [overshoot, alone])
    expect(Math.abs(micros)).toBeLessThan(holdsWithinSeconds * microsPerSecond);

  await weir.launch().line('weir ready');
  await tenant.signIn();
  await tenant.changeSpendLimit(id, '10');
  await expect.poll(() => sendUntilRefused(500), { timeout: 5_000 }).toBeNull();
}, 300_000);
