import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { logSize, logTail } from './log-tail.ts';

export interface RedisServerOptions {
  readonly directory: string;
  readonly port: number;
  readonly logFile: string;
  /** Beside the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the server's process before it is ready. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

export interface RedisServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Writes the append-only file out and returns when the process is gone. */
  stop(): Promise<void>;
}

const READY_MS_MAX = 15_000;
const PING_MS_MAX = 1000;

/** The server program on the PATH, Redis before Valkey; null when there is none. */
export function findRedisProgram(): string | null {
  for (const program of ['redis-server', 'valkey-server']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore', timeout: 5000 });
      return program;
    } catch {
      // Not on the PATH; the next name may be.
    }
  }
  return null;
}

/** One PING over a connection of its own; false while the server is absent or loading its data. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PING_MS_MAX });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => finish(data.toString('latin1').startsWith('+PONG')));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
    socket.once('close', () => finish(false));
  });
}

/**
 * Starts Redis or Valkey on loopback: append-only file synced every second, and `noeviction`, because the
 * queues in it must not lose entries (BullMQ requires it). Throws when no program is found or it ends early.
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const program = findRedisProgram();
  if (program === null) throw new Error('neither redis-server nor valkey-server is on the PATH');
  mkdirSync(options.directory, { recursive: true });
  const log = openSync(options.logFile, 'a');
  const logBytesBefore = logSize(log);
  const settings = {
    bind: '127.0.0.1',
    port: String(options.port),
    dir: options.directory,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const env = { ...process.env, ...options.env };
  const child = spawn(program, args, { env, stdio: ['ignore', log, log], detached: true });
  closeSync(log);
  options.onSpawn?.(child);
  const deadline = Date.now() + READY_MS_MAX;
  while (!(await answersPing(options.port))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      const lines = logTail(options.logFile, logBytesBefore, 8);
      throw new Error(`${program} did not become ready; the end of ${options.logFile}:\n${lines}`);
    }
    await delay(15);
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  return { url: `redis://127.0.0.1:${options.port}`, process: child, stop };
}
