import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '@weir/local-servers/free-port';
import { RunningBroker } from '../bench/contestant.ts';
import { cacheDir } from '../bench/ground.ts';
import { kafka, kafkaClasspath } from '../bench/kafka.ts';
import { weir } from '../bench/weir.ts';

/** Both brokers, each over an empty directory, for as long as they are compared. */
export interface Contestants {
  readonly kafkaPort: number;
  readonly weirPort: number;
  stop(): Promise<void>;
}

/** Null, after a line that says why, where Java or Maven is not there. The broker's program is built already. */
export async function startContestants(): Promise<Contestants | null> {
  const classpath = kafkaClasspath(cacheDir);
  if (classpath === null) return null;
  const dir = mkdtempSync(join(tmpdir(), 'weir-compare-'));
  const both = [kafka('os', await findFreePort(), classpath), weir('os', await findFreePort())] as const;
  const running: RunningBroker[] = [];
  const stop = async () => {
    await Promise.all(running.map((broker) => broker.stop('SIGKILL')));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    for (const contestant of both) {
      const dataDir = join(dir, contestant.isOurs ? 'weir' : 'kafka');
      await contestant.prepare(dataDir);
      running.push(await RunningBroker.start(contestant, dataDir));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const [{ port: kafkaPort }, { port: weirPort }] = both;
  return { kafkaPort, weirPort, stop };
}
