import { createLogger } from '@weir/runtime/logger';
import { startTestRedis } from '@weir/testing/redis-for-tests';
import { expect, it, vi } from 'vitest';
import { openRedis } from './open-redis.ts';

const password = 'the-password-of-this-redis';

it('keeps the password out of the log, also when the server refuses it', async () => {
  const server = await startTestRedis();
  const lines: string[] = [];
  const logger = createLogger('api', 'info', { write: (line: string) => void lines.push(line) });
  const admin = openRedis(server.server.url, logger);
  await vi.waitFor(() => expect(admin.status).toBe('ready'));
  await admin.config('SET', 'requirepass', 'another');
  const url = new URL(server.server.url);
  url.password = password;
  const redis = openRedis(url.href, logger);
  try {
    await vi.waitFor(() => expect(lines.join()).toMatch(/WRONGPASS|invalid/));
    expect(lines.join()).not.toContain(password);
  } finally {
    redis.disconnect();
    admin.disconnect();
    await server.remove();
  }
});
