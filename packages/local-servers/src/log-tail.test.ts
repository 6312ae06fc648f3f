import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logSize, logTail } from './log-tail.ts';

test('shows the last lines of one run, and none of the runs before', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-log-tail-'));
  const file = join(directory, 'x.log');
  expect(logTail(file, 0)).toBe('');
  appendFileSync(file, 'of an earlier run\n');
  const log = openSync(file, 'a');
  const before = logSize(log);
  expect(logTail(file, before)).toBe('');
  appendFileSync(log, 'one\ntwo\nthree\n');
  expect(logTail(file, before)).toBe('one\ntwo\nthree');
  expect(logTail(file, before, 2)).toBe('two\nthree');
  expect(logTail(file, 10_000)).toBe('');
  appendFileSync(log, `${'x'.repeat(40_000)}\nlast`);
  expect(logTail(file, before).endsWith('\nlast')).toBe(true);
  closeSync(log);
  rmSync(directory, { recursive: true });
});
