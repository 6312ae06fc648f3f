import { existsSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Above this size a log becomes `<name>.log.1`, of which there is one. */
const logBytesMax = 32 * 1024 * 1024;

export function logFileOf(dataDirectory: string, name: string): string {
  return join(dataDirectory, 'logs', `${name}.log`);
}

/** A descriptor to append to. Checked for size when a process starts, not while it writes. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
