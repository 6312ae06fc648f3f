import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A broker that takes part: how to start it over a data directory. */
export interface Contestant {
  readonly name: string;
  /** Both flush alike in one comparison: by the operating system, or before every acknowledgement. */
  readonly flush: 'os' | 'every';
  readonly isOurs: boolean;
  /** Before the first start over an empty directory. */
  prepare(dataDir: string): Promise<void>;
  command(dataDir: string): readonly [string, ...string[]];
  /** Beside the environment of this process. */
  environment?(dataDir: string): Readonly<Record<string, string>>;
  readonly port: number;
  /** Clients come by TLS. */
  readonly isTls?: boolean;
}

const readyTimeoutMs = 60_000;
const ticksPerSecond = 100; // USER_HZ of Linux on every machine that we have met.

/** A started broker process, and what the kernel says of it. */
export class RunningBroker {
  readonly #child: ChildProcess;
  readonly readyMs: number;

  private constructor(child: ChildProcess, readyMs: number) {
    this.#child = child;
    this.readyMs = readyMs;
  }

  /** Resolves when it answers an ApiVersions request. */
  static async start(contestant: Contestant, dataDir: string): Promise<RunningBroker> {
    const [program, ...args] = contestant.command(dataDir);
    const began = performance.now();
    const env = { ...process.env, ...contestant.environment?.(dataDir) };
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    const complaints: Buffer[] = [];
    child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk));
    while (!(await answers(contestant.port, contestant.isTls ?? false))) {
      if (child.exitCode !== null || performance.now() - began > readyTimeoutMs) {
        child.kill('SIGKILL');
        throw new Error(`${contestant.name} did not start:\n${Buffer.concat(complaints).toString()}`);
      }
    }
    return new RunningBroker(child, performance.now() - began);
  }

  /** Seconds of processor time so far, all threads. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  /** Resident megabytes. */
  residentMb(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1000;
  }

  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return resolve();
      this.#child.once('exit', () => resolve());
      this.#child.kill(signal);
    });
  }
}

/** ApiVersions v0 from client `b`, and whether anything comes back. */
function answers(port: number, isTls: boolean): Promise<boolean> {
  const request = Buffer.from([0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, 0x62]);
  return new Promise((resolve) => {
    const place = { port, host: '127.0.0.1' };
    // Nothing is told to it: whoever it says that it is will do.
    const socket = isTls ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place);
    socket.once(isTls ? 'secureConnect' : 'connect', () => socket.write(request));
    let isAnswered = false;
    socket.setTimeout(500, () => socket.destroy());
    socket.once('data', () => {
      isAnswered = true;
      socket.destroy();
    });
    // The close that follows tells the outcome.
    socket.once('error', () => socket.destroy());
    // A refused connection is refused at once; without a pause the asking would take a whole core.
    socket.once('close', () => setTimeout(() => resolve(isAnswered), isAnswered ? 0 : 2));
  });
}
