import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createSeededRandom } from '@weir/testing/seeded-random';
import { root } from '../src/root.ts';
import { Installation } from '../src/testing/launch-for-tests.ts';
import { type Producer, Tenant } from '../src/testing/tenant-for-tests.ts';

export interface UsageKills {
  readonly seed: number;
  /** For how long clients write and processes are killed. */
  readonly ms: number;
  readonly say: (line: string) => void;
}

export interface CountedUsage {
  /** Records that were acknowledged, over all topics. */
  readonly acknowledged: number;
  /** Records in the ledger. */
  readonly counted: number;
  readonly kills: number;
  /** What `usage verify` said, twice, a window apart: that the logs and the ledger agree. */
  readonly verified: readonly [boolean, boolean];
  readonly lines: readonly string[];
}

const brokers = 3;
const topics = ['first', 'second'];
const pauseMsMin = 300;
const pauseMsMax = 2_500;
const windowMs = 10_000;
/** Within which all that was killed is back, and all that was counted is in the ledger. */
const settlesMsMax = 90_000;

/** Of the launcher's processes those that usage goes through. */
const victims = ['broker-1', 'broker-2', 'broker-3', 'worker', 'redis', 'postgres'];

/**
 * Real clients write to a cloud of three brokers while its processes are killed at random, by the seed; then what lies in the
 * logs is counted, and compared with the ledger.
 */
export const playUsageKills = async ({ ms, say, seed }: UsageKills): Promise<CountedUsage> => {
  const weir = await Installation.make(brokers);
  try {
    await weir.launch({ WEIR_BROKERS: String(brokers) }).line('weir ready');
    const tenant = await Tenant.signUp(weir);
    for (const topic of topics) await tenant.createTopic(topic);
    const producers = topics.map((topic) => tenant.producer(topic));
    const kills = await killAtRandom(weir, { ms, say, seed });
    const acknowledged = await sentBy(producers);
    say(`${acknowledged} records acknowledged, ${kills} kills`);
    const first = await verifyUntilEqual(weir, say);
    await delay(windowMs);
    const second = await verify(weir);
    const lines = [...first.lines, ...second.lines];
    const counted = await countedOf(tenant);
    return { acknowledged, counted, kills, verified: [first.isEqual, second.isEqual], lines };
  } finally {
    await weir.remove();
  }
};

const killAtRandom = async (weir: Installation, { ms, say, seed }: UsageKills): Promise<number> => {
  const random = createSeededRandom(seed);
  const untilMs = performance.now() + ms;
  let kills = 0;
  let left: string[] = [];
  do {
    // All of them before one comes again.
    if (left.length === 0) left = random.shuffle(victims);
    const name = left.pop() ?? '';
    await delay(random.integer(pauseMsMin, pauseMsMax));
    say(`kills ${name}`);
    await weir.kill([name]);
    kills += 1;
  } while (performance.now() < untilMs);
  return kills;
};

const sentBy = async (producers: readonly Producer[]): Promise<number> => {
  let sent = 0;
  for (const producer of producers) sent += await producer.stop();
  return sent;
};

interface Verified {
  readonly isEqual: boolean;
  readonly lines: readonly string[];
}

/** Runs `npm run admin -- usage verify`, as an operator does. */
const verify = async (weir: Installation): Promise<Verified> => {
  const child = spawn(process.execPath, [join(root, 'infra', 'src', 'admin.ts'), 'usage', 'verify'], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: '', WEIR_DATA_DIR: weir.directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { isEqual: code === 0, lines: text.trimEnd().split('\n') };
};

/** What was killed last may still be starting, and counts then what it could not before. */
const verifyUntilEqual = async (weir: Installation, say: UsageKills['say']): Promise<Verified> => {
  const untilMs = performance.now() + settlesMsMax;
  for (;;) {
    const verified = await verify(weir);
    for (const line of verified.lines) say(line);
    if (verified.isEqual || performance.now() > untilMs) return verified;
    await delay(1_000);
  }
};

const countedOf = async (tenant: Tenant): Promise<number> => {
  let counted = 0;
  for (const topic of topics) counted += (await tenant.usageOf(topic)).recordsIn;
  return counted;
};
