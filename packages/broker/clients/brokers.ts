import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { RunningCell } from '../bench/cell.ts';
import { RunningBroker } from '../bench/contestant.ts';
import { buildBroker, cacheDir } from '../bench/ground.ts';
import { kafka, kafkaClasspath } from '../bench/kafka.ts';
import { kafkaCell } from '../bench/kafka-cell.ts';
import { weir } from '../bench/weir.ts';
import { weirCell } from '../bench/weir-cell.ts';
import type { Address } from './suite.ts';

export interface Stage {
  readonly address: Address;
  /** Kills a broker and starts it again; of one broker nothing is killed. */
  strike(): Promise<void>;
  close(): Promise<void>;
}

/** One broker or several, ours or Apache Kafka's; null where Kafka cannot be had. */
export async function startStage(brokers: number, isKafka: boolean): Promise<Stage | null> {
  const classpath = isKafka ? kafkaClasspath(cacheDir) : '';
  if (classpath === null) return null;
  if (!isKafka) buildBroker();
  const dir = mkdtempSync(join(tmpdir(), 'weir-clients-'));
  const clear = () => rmSync(dir, { recursive: true, force: true });
  if (brokers > 1) {
    const contestant = isKafka ? kafkaCell('os', brokers, classpath) : weirCell('every', brokers);
    const cell = await RunningCell.start(contestant, dir);
    return {
      address: { bootstrap: cell.addresses, credential: cell.credential },
      strike: inTurn(cell),
      close: () => cell.close().finally(clear),
    };
  }
  const port = await findFreePort();
  const contestant = isKafka ? kafka('os', port, classpath) : weir('every', port);
  const dataDir = join(dir, 'broker');
  await contestant.prepare(dataDir);
  const broker = await RunningBroker.start(contestant, dataDir);
  return {
    address: { bootstrap: `127.0.0.1:${port}`, credential: null },
    strike: () => Promise.resolve(),
    close: () => broker.stop('SIGKILL').finally(clear),
  };
}

const awayMs = 3_000;

/** One broker after the other. */
function inTurn(cell: RunningCell): () => Promise<void> {
  let next = 1;
  return async () => {
    const brokerId = next;
    next = (next % cell.brokers) + 1;
    await cell.end(brokerId, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    await cell.begin(brokerId);
  };
}
