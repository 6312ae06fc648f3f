import { setTimeout as delay } from 'node:timers/promises';
import { allPids, commandOf, hasInEnvironment, identify, isSame, type ProcessIdentity } from './proc.ts';

/** Set for every process that a launcher starts, to the real path of its data directory. */
export const ownerVariable = 'WEIR_LAUNCHED_FOR';

const politeMsMax = 4000;
const killedMsMax = 3000;

export interface Orphan extends ProcessIdentity {
  readonly command: string;
}

/**
 * Processes that an earlier launcher on this data directory started and left: those in its record (number
 * and start time agree), and those that carry the directory in their environment.
 */
export function findOrphans(directory: string, recorded: readonly ProcessIdentity[]): readonly Orphan[] {
  const pids = new Set(recorded.filter(isSame).map((identity) => identity.pid));
  for (const pid of allPids()) {
    if (pid !== process.pid && hasInEnvironment(pid, ownerVariable, directory)) pids.add(pid);
  }
  return [...pids].flatMap((pid) => {
    const identity = identify(pid);
    return identity === null ? [] : [{ ...identity, command: commandOf(pid) ?? '' }];
  });
}

/** Asks them to end, waits, and then makes them. Returns when all are gone; throws when one will not go. */
export async function endOrphans(orphans: readonly Orphan[]): Promise<void> {
  // SIGINT is what Postgres calls a fast shutdown; on SIGTERM it would wait for its clients.
  for (const orphan of orphans) signal(orphan, /postgres/.test(orphan.command) ? 'SIGINT' : 'SIGTERM');
  if (await allGone(orphans, politeMsMax)) return;
  for (const orphan of orphans) signal(orphan, 'SIGKILL');
  if (await allGone(orphans, killedMsMax)) return;
  const pids = orphans.filter(isSame).map((orphan) => `${orphan.pid} (${orphan.command.slice(0, 60)})`);
  throw new Error(`processes of an earlier start do not end: ${pids.join(', ')}`);
}

function signal(orphan: Orphan, name: NodeJS.Signals): void {
  if (!isSame(orphan)) return;
  try {
    process.kill(orphan.pid, name);
  } catch (error) {
    // It may have ended in between; anything else is worth knowing.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function allGone(orphans: readonly Orphan[], msMax: number): Promise<boolean> {
  for (let waited = 0; waited <= msMax; waited += 20) {
    if (!orphans.some(isSame)) return true;
    await delay(20);
  }
  return false;
}
