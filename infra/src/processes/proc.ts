import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that cannot be confused with a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks from boot to its start. */
  readonly startTicks: number;
}

/** Null for what is gone, a zombie, or not ours to read. Linux only; elsewhere every process is unknown. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readProcFile(pid, 'stat');
  if (stat === null) return null;
  // The second field, the command in parentheses, may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTicks = Number(fields[19]);
  return state === 'Z' || !Number.isFinite(startTicks) ? null : { pid, startTicks };
}

export function isSame(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTicks === identity.startTicks;
}

/** The command line, arguments separated by spaces; null when it cannot be read. */
export function commandOf(pid: number): string | null {
  const text = readProcFile(pid, 'cmdline');
  return text === null ? null : text.replaceAll('\0', ' ').trim();
}

export function allPids(): readonly number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // No /proc on this system: no process can be proven to be ours.
  }
}

/** Whether the process was started with `name=value` in its environment. */
export function hasInEnvironment(pid: number, name: string, value: string): boolean {
  return readProcFile(pid, 'environ')?.split('\0').includes(`${name}=${value}`) ?? false;
}

/** Who listens on a TCP port, as far as this user may see. */
export function findListener(port: number): { readonly pid: number; readonly command: string } | null {
  const inodes = new Set([
    ...listeningInodes('/proc/net/tcp', port),
    ...listeningInodes('/proc/net/tcp6', port),
  ]);
  if (inodes.size === 0) return null;
  for (const pid of allPids()) {
    if (!openSockets(pid).some((inode) => inodes.has(inode))) continue;
    return { pid, command: commandOf(pid) ?? '' };
  }
  return null;
}

function readProcFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null; // The process ended, or belongs to somebody else.
  }
}

/** Socket inodes in state LISTEN (0A) on the port, from the kernel's table (proc(5), /proc/net/tcp). */
function listeningInodes(table: string, port: number): readonly string[] {
  let text: string;
  try {
    text = readFileSync(table, 'utf8');
  } catch {
    return []; // IPv6 may be off, and other systems have no such table.
  }
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .map((fields) => fields[9] ?? '');
}

function openSockets(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
      const match = /^socket:\[(\d+)\]$/.exec(readlink(`/proc/${pid}/fd/${descriptor}`));
      return match?.[1] === undefined ? [] : [match[1]];
    });
  } catch {
    return []; // The process ended, or belongs to somebody else.
  }
}

function readlink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // Closed since it was listed.
  }
}
