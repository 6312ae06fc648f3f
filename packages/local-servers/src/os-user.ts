import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** A user of the operating system. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** Reads /etc/passwd; null when there is no such user. */
function findOsUser(name: string): OsUser | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/**
 * Who Postgres runs as: null is the current user. Postgres refuses to run as root, so root gets the
 * system user `postgres`, which is created if it is missing.
 */
export function postgresUser(): OsUser | null {
  if (process.getuid?.() !== 0) return null;
  const existing = findOsUser('postgres');
  if (existing !== null) return existing;
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { timeout: 10_000 });
  const created = findOsUser('postgres');
  if (created === null) throw new Error('useradd postgres succeeded, yet /etc/passwd does not list the user');
  return created;
}

/** Whether everybody may pass through every directory on the way to `path`: not so below a closed /root. */
function isReachableByAll(path: string): boolean {
  for (let directory = dirname(resolve(path)); ; directory = dirname(directory)) {
    if ((statSync(directory).mode & 0o001) === 0) return false;
    if (directory === '/') return true;
  }
}

export interface SpawnPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * How to start `command` as `user`. Where the user may not pass to one of `paths` (a checkout in a closed
 * home directory), the process keeps root's right to pass through directories and nothing else of root.
 */
export function spawnAs(
  user: OsUser | null,
  command: string,
  args: readonly string[],
  paths: readonly string[],
): SpawnPlan {
  if (user === null) return { command, args };
  if ([command, ...paths].every(isReachableByAll)) return { command, args, uid: user.uid, gid: user.gid };
  const passing = '+dac_override,+dac_read_search';
  return {
    command: 'setpriv',
    args: [
      `--reuid=${user.uid}`,
      `--regid=${user.gid}`,
      '--clear-groups',
      `--inh-caps=${passing}`,
      `--ambient-caps=${passing}`,
      command,
      ...args,
    ],
  };
}
