import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acceptsConnections, answersKafka, nodeService } from './node-service.ts';

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

test('asking whether something accepts connections leaves none behind', async () => {
  let closed: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const server = createServer((socket) => socket.resume().once('close', () => closed?.()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await acceptsConnections(port)).toBe(true);
  await gone;
  await new Promise((resolve) => server.close(resolve));
  expect(await acceptsConnections(port)).toBe(false);
});

test('a broker that accepts connections and does not answer yet is not ready', async () => {
  const server = createServer((socket) => {
    socket.once('data', (request: Buffer) => {
      if (isOpen) socket.end(request);
      else socket.destroy();
    });
  });
  let isOpen = false;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await answersKafka(port)).toBe(false);
  isOpen = true;
  expect(await answersKafka(port)).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await answersKafka(port)).toBe(false);
});
