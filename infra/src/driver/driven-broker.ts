import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { type BrokerPlace, brokerArguments, brokerEnvironment } from '../launcher/broker-services.ts';
import { portObstacle } from '../launcher/ports.ts';
import { logFileOf } from '../processes/log-file.ts';
import { answersKafka, type BrokerProbe, nodeService } from '../processes/node-service.ts';
import type { Service } from '../processes/supervisor.ts';
import { root } from '../root.ts';
import type { WantedBroker, WantedCell } from './cell-rows.ts';

/** Of the process; not like those of the launcher's own brokers, which `npm run cell` knows by theirs. */
export const drivenName = (brokerId: number) => `cell-broker-${brokerId}`;

export interface DrivenOptions {
  readonly dataDirectory: string;
  readonly memoryMb: number;
  /** How one asks whether a broker answers. */
  readonly probe: BrokerProbe;
  /** Of every program of the product. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How a start went: null, it runs; else why it does not. */
  readonly told: (problem: string | null) => void;
}

/** The process of one broker of a further cell, from the row that says what is wanted. */
export function drivenBroker(
  cell: Pick<WantedCell, 'brokersWanted' | 'schema'>,
  broker: Pick<WantedBroker, 'brokerId' | 'rack'>,
  port: number,
  options: DrivenOptions,
): Service {
  const { dataDirectory, env, memoryMb, told } = options;
  const name = drivenName(broker.brokerId);
  const brokers = cell.brokersWanted;
  const place: Omit<BrokerPlace, 'peerPort'> = { ...broker, port, memoryMb, brokers, metricsPort: 0 };
  const program = (peerPort: number) =>
    nodeService({
      name,
      args: brokerArguments(memoryMb),
      cwd: join(root, 'apps', 'broker'),
      env: { ...env, WEIR_CELL_SCHEMA: cell.schema, ...brokerEnvironment({ ...place, peerPort }) },
      logFile: logFileOf(dataDirectory, name),
      isReady: () => answersKafka(port, options.probe),
      obstacle: () => portObstacle([{ port, name: `of ${name}`, setting: 'WEIR_DEDICATED_PORT' }]),
    });
  return {
    ...program(0),
    start: async (onSpawn) => {
      try {
        // The others of its cell learn of it when it registers, so each of its lives may have another one.
        await program(await findFreePort()).start(onSpawn);
      } catch (cause) {
        told(cause instanceof Error ? cause.message : String(cause));
        throw cause;
      }
      told(null);
    },
  };
}

/** What a broker that has ended leaves on the disk. */
export function removeTraces(dataDirectory: string, brokerId: number): void {
  rmSync(join(dataDirectory, `broker-${brokerId}`), { recursive: true, force: true });
  const log = logFileOf(dataDirectory, drivenName(brokerId));
  for (const file of [log, `${log}.1`]) if (existsSync(file)) rmSync(file);
}
