import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeService } from './node-service.ts';

test('a failed start shows what this run has said, and nothing of earlier ones', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-service-'));
  const logFile = join(directory, 'x.log');
  appendFileSync(logFile, 'of an earlier run\n');
  const service = nodeService({
    name: 'x',
    args: ['-e', 'console.error("of this run"); process.exit(1)'],
    cwd: directory,
    env: process.env,
    logFile,
    isReady: () => Promise.resolve(false),
  });
  const failure = await service.start(() => undefined).catch(String);
  expect(failure).toMatch(/ended while it started.*:\nof this run$/);
  rmSync(directory, { recursive: true });
});
