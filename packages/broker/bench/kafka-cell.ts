import { join } from 'node:path';
import type { CellContestant } from './cell.ts';
import type { Contestant } from './contestant.ts';
import { formatStorage, propertiesIn, version } from './kafka.ts';

const brokerPort = 29_120;
const controllerPort = 29_140;
/** What its own start script gives one broker, divided. */
const heapMb = 1024;

/** KRaft nodes, each a broker and a controller, with default settings but for the flushing and how many replicas. */
export function kafkaCell(flush: 'os' | 'every', brokers: number, classpath: string): CellContestant {
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  const voters = ids.map((id) => `${id}@127.0.0.1:${controllerPort + id}`).join(',');
  const name = `Apache Kafka ${version}`;
  const member = (id: number): Contestant => ({
    name: `${name}, broker ${id}`,
    flush,
    isOurs: false,
    port: brokerPort + id,
    prepare(dataDir) {
      formatStorage(classpath, dataDir, [
        'process.roles=broker,controller',
        `node.id=${id}`,
        `controller.quorum.voters=${voters}`,
        `listeners=PLAINTEXT://127.0.0.1:${brokerPort + id},CONTROLLER://127.0.0.1:${controllerPort + id}`,
        'controller.listener.names=CONTROLLER',
        `log.dirs=${join(dataDir, 'logs')}`,
        'default.replication.factor=3',
        'min.insync.replicas=2',
        'group.initial.rebalance.delay.ms=0',
        ...(flush === 'every' ? ['log.flush.interval.messages=1'] : []),
      ]);
      return Promise.resolve();
    },
    command(dataDir) {
      const heap = Math.floor(heapMb / brokers);
      const memory = [`-Xms${heap}M`, `-Xmx${heap}M`];
      return ['java', ...memory, '-cp', classpath, 'kafka.Kafka', propertiesIn(dataDir)];
    },
  });
  const members = ids.map(member);
  return {
    name,
    flush,
    isOurs: false,
    open: () => Promise.resolve({ members, credential: null, close: () => Promise.resolve() }),
  };
}
