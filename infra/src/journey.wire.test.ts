import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram } from './setup/debian-packages.ts';
import { Installation } from './testing/launch-for-tests.ts';
import { Tenant } from './testing/tenant-for-tests.ts';

// What the product promises of its first minute, through the REST API and a real client.

const canRun = hasProgram('kcat');
if (!canRun) console.log('skipped: the journey by REST, since kcat is not installed');

const firstConnectionMsMax = 1000;
const figuresMsMax = 15_000;
const windowMs = 10_000;
/** How often the page asks. */
const pageAsksEveryMs = 3_000;

describe.skipIf(!canRun)('the first minute', () => {
  let weir: Installation;
  let tenant: Tenant;

  beforeAll(async () => {
    weir = await Installation.make();
    await weir.launch().line('weir ready');
    tenant = await Tenant.signUp(weir);
  });
  afterAll(() => weir.remove());

  test('a cluster, its key and a first connection with it take less than a second', async () => {
    const started = performance.now();
    const another = await tenant.anotherCluster();
    const printed = await another.kcat(['-L']);
    expect(performance.now() - started).toBeLessThan(firstConnectionMsMax);
    expect(printed).toContain(`localhost:${weir.ports.broker}`);
  });

  test('one topic name lives in two clusters, and neither sees the other', async () => {
    const another = await tenant.anotherCluster();
    await Promise.all([
      tenant.createTopic('shared'),
      another.createTopic('shared'),
      another.createTopic('hidden'),
    ]);
    await Promise.all([
      tenant.kcat(['-P', '-t', 'shared'], 'mine\n'),
      another.kcat(['-P', '-t', 'shared'], 'theirs\n'),
    ]);
    const read = ['-C', '-t', 'shared', '-o', 'beginning', '-e', '-q'];
    expect(await Promise.all([tenant.kcat(read), another.kcat(read)])).toEqual(['mine\n', 'theirs\n']);
    expect(await tenant.kcat(['-L'])).not.toContain('hidden');
  });

  test('a group reads what was produced, and its figures are there within 15 seconds', async () => {
    await tenant.createTopic('hello');
    await tenant.kcat(['-P', '-t', 'hello'], 'one\ntwo\nthree\n');
    const produced = performance.now();
    const read = await tenant.kcat(['-G', 'readers', 'hello', '-o', 'beginning', '-c', '3', '-q']);
    expect(read).toBe('one\ntwo\nthree\n');
    await expect
      .poll(async () => (await tenant.usageOf('hello')).recordsIn, { timeout: figuresMsMax, interval: 200 })
      .toBe(3);
    expect(performance.now() - produced).toBeLessThan(figuresMsMax);
  });

  test('what is written as a window begins, and waits longest, is there in time for the page to show it', async () => {
    await tenant.createTopic('patient');
    await new Promise((resolve) => setTimeout(resolve, windowMs - (Date.now() % windowMs) + 20));
    await tenant.kcat(['-P', '-t', 'patient'], 'one\n');
    const produced = performance.now();
    const records = async () => (await tenant.usageOf('patient')).recordsIn;
    await expect.poll(records, { timeout: figuresMsMax, interval: 50 }).toBe(1);
    const tookMs = performance.now() - produced;
    expect(tookMs).toBeLessThan(figuresMsMax - pageAsksEveryMs);
    console.log(
      `from the byte to the API: ${(tookMs / 1_000).toFixed(1)} s, of which the window ${windowMs / 1_000} s`,
    );
  });
});
