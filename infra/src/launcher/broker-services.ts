import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { brokerDiskThreadsOfEach, brokerHeapFlags, planMemory } from '@weir/runtime/memory-plan';
import { logFileOf } from '../processes/log-file.ts';
import { answersKafka, type BrokerProbe, nodeService } from '../processes/node-service.ts';
import type { Service } from '../processes/supervisor.ts';
import { root } from '../root.ts';
import { portObstacle } from './ports.ts';
import { brokerPorts, type Settings } from './settings.ts';

/** What clients begin with: every broker, so that one that is away is no reason to fail. */
export function bootstrapServers(settings: Pick<Settings, 'brokers' | 'brokerHost' | 'brokerPort'>): string {
  return brokerPorts(settings)
    .map((port) => `${settings.brokerHost}:${port}`)
    .join(',');
}

const everyAddress = ['0.0.0.0', '::'];

/** How one asks whether a broker answers. */
export function brokerProbe({ brokerDoors, brokerListenHost }: Settings): BrokerProbe {
  const host = everyAddress.includes(brokerListenHost) ? '127.0.0.1' : brokerListenHost;
  return { host, wire: brokerDoors.tls.kind === 'none' ? 'plain' : 'tls' };
}

export function brokerName(brokerId: number, brokers: number): string {
  return brokers === 1 ? 'broker' : `broker-${brokerId}`;
}

/**
 * The brokers of the cell. Several are made believe to stand apart, each in a rack and on a machine of its own, so
 * that replicas spread over them; they divide what one would have of this machine.
 */
export function brokerServices(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
): readonly Service[] {
  return brokerPorts(settings).map((_, index) => brokerService(settings, env, index + 1));
}

/** One of them, or one that joins them later: it has as much of the machine as each of those that it began with. */
export function brokerService(
  settings: Settings,
  env: Readonly<Record<string, string | undefined>>,
  brokerId: number,
): Service {
  const { brokerMetricsPort, brokers, brokerPort, dataDirectory } = settings;
  const memoryMb = Math.floor(settings.brokerMemoryMb / brokers);
  const port = brokerPort + brokerId - 1;
  const metricsPort = brokerMetricsPort === null ? 0 : brokerMetricsPort + brokerId - 1;
  const name = brokerName(brokerId, brokers);
  const program = (peerPort: number | null) =>
    nodeService({
      name,
      args: brokerArguments(memoryMb),
      cwd: join(root, 'apps', 'broker'),
      env: {
        ...env,
        ...brokerEnvironment({ brokerId, brokers, port, peerPort, memoryMb, metricsPort }),
      },
      logFile: logFileOf(dataDirectory, name),
      isReady: () => answersKafka(port, brokerProbe(settings)),
      obstacle: () => portObstacle([{ port, name: `of ${name}`, setting: 'WEIR_BROKER_PORT' }]),
    });
  if (brokers === 1) return program(null);
  // The others learn of it when the broker registers, so each of its lives may have another one.
  return {
    ...program(null),
    start: async (onSpawn) => program(await findFreePort()).start(onSpawn),
  };
}

/** Left to itself, V8 takes its bound from the machine, as if nothing else were on it. */
export function brokerArguments(memoryMb: number): string[] {
  return [`--max-old-space-size=${planMemory(memoryMb).heapMb}`, ...brokerHeapFlags, 'dist/main.js'];
}

export interface BrokerPlace {
  readonly brokerId: number;
  readonly brokers: number;
  readonly port: number;
  /** Null: it is alone in its cell. */
  readonly peerPort: number | null;
  readonly memoryMb: number;
  /** 0: none. */
  readonly metricsPort: number;
  /** Its zone; where it is left out it has one of its own. */
  readonly rack?: number;
}

/**
 * libuv makes its threads when they are first needed, which is before a program's own code runs, so whoever
 * starts the broker tells how many it gets for its disk.
 */
export function brokerEnvironment(place: BrokerPlace): Record<string, string> {
  const { brokerId, brokers, peerPort, rack = brokerId } = place;
  const own = {
    UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? String(brokerDiskThreadsOfEach(brokers)),
    WEIR_BROKER_MEMORY_MB: String(place.memoryMb),
    WEIR_BROKER_ID: String(brokerId),
    WEIR_BROKER_PORT: String(place.port),
    WEIR_BROKER_METRICS_PORT: String(place.metricsPort),
  };
  if (peerPort === null) return own;
  return {
    ...own,
    WEIR_BROKER_PEER_PORT: String(peerPort),
    // All of them are on this machine, wherever clients come from.
    WEIR_BROKER_PEER_LISTEN_HOST: '127.0.0.1',
    WEIR_BROKER_RACK: `rack-${rack}`,
    WEIR_BROKER_MACHINE: `machine-${brokerId}`,
    WEIR_CELL_BROKERS: String(brokers),
  };
}
