import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { createLogger } from '@weir/runtime/logger';
import { expect, test } from 'vitest';
import { UsageSender } from './usage-sender.ts';
import { UsageSpool } from './usage-spool.ts';

test('that Redis is away is said once, and not that it is back before it is, however often nothing is to be sent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'weir-sender-'));
  const lines: string[] = [];
  const logger = createLogger('broker', 'info', { write: (line: string) => void lines.push(line) });
  const said = (event: string) => lines.filter((line) => line.includes(event)).length;
  // Nobody listens there.
  const sender = new UsageSender(new UsageSpool(dir), `redis://127.0.0.1:${await findFreePort()}`, logger);
  sender.start();
  await expect.poll(() => said('usage.redis.away'), { timeout: 10_000 }).toBe(1);
  for (let sweep = 0; sweep < 5; sweep += 1) {
    sender.wake();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await sender.stop();
  expect([said('usage.redis.away'), said('usage.redis.back')]).toEqual([1, 0]);
  rmSync(dir, { recursive: true, force: true });
});
