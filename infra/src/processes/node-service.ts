import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { logSize, logTail } from '@weir/local-servers/log-tail';
import { openLog } from './log-file.ts';
import type { Service } from './supervisor.ts';

export interface NodeService {
  readonly name: string;
  /** Script and its arguments. */
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  readonly isReady: () => Promise<boolean>;
  readonly obstacle?: NonNullable<Service['obstacle']>;
}

const readyMsMax = 60_000;
const probeMsMax = 2000;
const stopMsMax = 4000;

/** A program of ours, run by the Node that runs this. */
export function nodeService(options: NodeService): Service {
  return {
    name: options.name,
    ...(options.obstacle === undefined ? {} : { obstacle: options.obstacle }),
    stopSignal: 'SIGTERM',
    stopMsMax,
    start: async (onSpawn) => {
      const log = openLog(options.logFile);
      const logBytesBefore = logSize(log);
      const child = spawn(process.execPath, [...options.args], {
        cwd: options.cwd,
        env: options.env,
        stdio: ['ignore', log, log],
        // A Ctrl-C in the terminal reaches the launcher only, which then stops its processes in order.
        detached: true,
      });
      closeSync(log);
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      onSpawn(child);
      const deadline = performance.now() + readyMsMax;
      while (!(await options.isReady())) {
        const hasEnded = child.exitCode !== null || child.signalCode !== null;
        if (hasEnded || performance.now() > deadline) {
          const what = hasEnded ? 'ended while it started' : `was not ready after ${readyMsMax / 1000} s`;
          child.kill('SIGKILL');
          throw new Error(
            `${options.name} ${what}; the end of ${options.logFile}:\n${logTail(options.logFile, logBytesBefore)}`,
          );
        }
        await delay(20);
      }
    },
  };
}

/** Whether something accepts connections on the port of loopback. */
export function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: probeMsMax });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}

/** ApiVersions in version 0, without a client id: what any client may ask before it says who it is. */
const apiVersionsRequest = Buffer.from('0000000a00120000000000000000ffff', 'hex');

/** How clients reach brokers; `either`: nobody here knows. */
export type BrokerWire = 'plain' | 'tls' | 'either';

export interface BrokerProbe {
  readonly wire: BrokerWire;
  /** Where it listens. */
  readonly host: string;
}

const onLoopback: BrokerProbe = { wire: 'either', host: '127.0.0.1' };

/**
 * Whether a broker answers clients on the port. It accepts connections before that: until it knows its cell they wait.
 * With TLS whatever certificate it shows is believed, as nothing is told to it.
 */
export async function answersKafka(port: number, { wire, host }: BrokerProbe = onLoopback): Promise<boolean> {
  const place = { host, port, timeout: probeMsMax };
  if (wire !== 'tls' && (await answersOn(connect(place), 'connect'))) return true;
  if (wire === 'plain') return false;
  return answersOn(connectTls({ ...place, rejectUnauthorized: false }), 'secureConnect');
}

function answersOn(socket: Socket, opened: 'connect' | 'secureConnect'): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once(opened, () => socket.write(apiVersionsRequest));
    socket.once('data', () => finish(true));
    socket.once('close', () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}

/** Whether a GET is answered with a status below 400. */
export async function answersHttp(port: number, path: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(probeMsMax * 5);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false; // Not listening yet, or not answering in time: asked again by the caller.
  }
}
