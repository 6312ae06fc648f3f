import { readFileSync, renameSync, rmSync, unwatchFile, watchFile, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Which brokers are to run, as `npm run cell` asks it of the launcher that runs: by a file in its directory.

const lookEveryMs = 300;
const fileOf = (directory: string) => join(directory, 'brokers.json');

/** From now on these run, and no others. */
export function wantBrokers(directory: string, brokerIds: readonly number[]): void {
  const file = fileOf(directory);
  writeFileSync(`${file}.new`, JSON.stringify({ brokers: brokerIds }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Null: nobody has asked for anything but what the launcher was started with. */
export function wantedBrokers(directory: string): readonly number[] | null {
  let text: string;
  try {
    text = readFileSync(fileOf(directory), 'utf8');
  } catch (error) {
    // `readFileSync` throws system errors only.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return (JSON.parse(text) as { brokers: number[] }).brokers; // Written by wantBrokers.
}

/** What was asked of a launcher before this one is void: WEIR_BROKERS says how many begin. */
export function forgetWanted(directory: string): void {
  rmSync(fileOf(directory), { force: true });
}

/** Tells of every change, one after the other. Returns what ends it. */
export function followWanted(
  directory: string,
  changed: (brokerIds: readonly number[]) => Promise<void>,
): () => void {
  const file = fileOf(directory);
  let last = Promise.resolve();
  const look = () => {
    last = last.then(async () => {
      const wanted = wantedBrokers(directory);
      if (wanted !== null) await changed(wanted);
    });
  };
  watchFile(file, { interval: lookEveryMs, persistent: false }, look);
  return () => unwatchFile(file, look);
}
