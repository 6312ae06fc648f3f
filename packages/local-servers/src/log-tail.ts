import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** Enough for the last lines of any log; a longer last line is cut at its beginning. */
const tailBytesMax = 16 * 1024;

/** Bytes that the log has already, before a process that appends to it is started. */
export function logSize(descriptor: number): number {
  return fstatSync(descriptor).size;
}

/** The last lines that were written from that size on: what one run has said, without those before it. */
export function logTail(file: string, sinceBytes: number, lines = 15): string {
  if (!existsSync(file)) return '';
  const log = openSync(file, 'r');
  try {
    const end = fstatSync(log).size;
    const start = Math.max(Math.min(sinceBytes, end), end - tailBytesMax);
    const bytes = Buffer.alloc(end - start);
    const read = readSync(log, bytes, 0, bytes.length, start);
    return bytes.subarray(0, read).toString('utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } finally {
    closeSync(log);
  }
}
