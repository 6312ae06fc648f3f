import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// Which brokers are to run, dead or alive: a file in the launcher's directory, by which `npm run cell` asks for others.
// A launcher begins with as many as WEIR_BROKERS says, and takes out who cannot be started.

const lookEveryMs = 300;
const fileOf = (directory: string) => join(directory, 'brokers.json');

/** From now on these run, and no others. */
export function wantBrokers(directory: string, brokerIds: readonly number[]): void {
  const file = fileOf(directory);
  writeFileSync(`${file}.new`, JSON.stringify({ brokers: brokerIds }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function wantedBrokers(directory: string): readonly number[] {
  const text = readFileSync(fileOf(directory), 'utf8');
  return (JSON.parse(text) as { brokers: number[] }).brokers; // Written by wantBrokers.
}

export function doNotWant(directory: string, brokerId: number): void {
  wantBrokers(
    directory,
    wantedBrokers(directory).filter((id) => id !== brokerId),
  );
}

/** Tells how it is now and of every change, one after the other. Returns what ends it. */
export function followWanted(
  directory: string,
  changed: (brokerIds: readonly number[]) => Promise<void>,
): () => void {
  let last = Promise.resolve();
  let told: string | null = null;
  // What is there is compared, not whether it was touched: a change right after the first look is one as well.
  const look = () => {
    const brokerIds = wantedBrokers(directory);
    const text = brokerIds.join();
    if (text === told) return;
    told = text;
    last = last.then(() => changed(brokerIds));
  };
  look();
  const timer = setInterval(look, lookEveryMs).unref();
  return () => clearInterval(timer);
}
