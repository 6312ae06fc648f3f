import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// That a limit which slows clients says so in Kafka's own terms: librdkafka tells what throttle time it was answered.

/** What clients have left each second, in each direction, once the amount is spent. */
const trickleBytesPerSec = 16 * 1024;
/** So many seconds' worth may come at once. */
const burstSeconds = 2;
const line = 'x'.repeat(trickleBytesPerSec);
const lines = 6;
const input = `${line}\n`.repeat(lines);

let weir: Installation;
let tenant: Tenant;

beforeAll(async () => {
  weir = await Installation.make();
  await weir.launch().line('weir ready');
  const owner = await Tenant.signUp(weir);
  tenant = await owner.standardCluster();
  await tenant.createTopic('orders');
});
afterAll(() => weir.remove());

interface Run {
  /** Milliseconds, as answers came. */
  readonly throttled: readonly number[];
  readonly stdout: string;
  readonly ms: number;
}

const run = async (args: readonly string[], sent = ''): Promise<Run> => {
  const began = performance.now();
  // At this level kcat says what it was told of throttling.
  const { stderr, stdout } = await tenant.kcatSaying(['-v', '-v', '-v', ...args], sent);
  const throttled = [...stderr.matchAll(/throttled request for (\d+)ms/g)].map(([, ms]) => Number(ms));
  return { throttled, stdout, ms: performance.now() - began };
};
/** A request for each line, so that each has an answer. */
const oneByOne = ['-X', 'linger.ms=0', '-X', 'batch.num.messages=1', '-X', 'max.in.flight=1'];
const write = () => run(['-P', '-t', 'orders', ...oneByOne], input);
const read = () =>
  run(['-C', '-t', 'orders', '-o', 'beginning', '-e', '-X', `fetch.message.max.bytes=${line.length}`]);

/** How long what is written at a trickle takes, at the least: the last answer is not waited out. */
const slowMsMin = (lines - 1 - burstSeconds) * 1_000;

test('clients of a limit that slows them see throttle times and lose nothing, writing and reading, until it is raised', async () => {
  const before = await write();
  expect(before.throttled).toEqual([]);

  const id = await tenant.limitSpend('0.000001', 'THROTTLE');
  const writing = await write();
  expect(Math.max(...writing.throttled)).toBeGreaterThan(0);
  expect(writing.ms).toBeGreaterThan(slowMsMin);
  const reading = await read();
  expect(Math.max(...reading.throttled)).toBeGreaterThan(0);
  expect(reading.ms).toBeGreaterThan(slowMsMin);
  // Both runs were acknowledged, and are there to the byte.
  expect(reading.stdout.split('\n').filter((text) => text === line)).toHaveLength(2 * lines);

  await tenant.changeSpendLimit(id, '10');
  const after = await write();
  expect(after.throttled).toEqual([]);
  expect(after.ms).toBeLessThan(slowMsMin);
}, 240_000);
