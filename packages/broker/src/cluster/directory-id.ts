import { newTopicId } from '@weir/metadata-store/topic-id';
import type { Deps } from '../deps.ts';
import { StartProblem } from './broker-life.ts';

const file = 'meta.properties';

/**
 * The name of the directory that holds the logs, given at its first start: Kafka's meta.properties (KIP-858).
 * StartProblem where it is another broker's, or says nothing that can be read.
 */
export async function directoryId(
  { disk, random }: Pick<Deps, 'disk' | 'random'>,
  brokerId: number,
): Promise<string> {
  const known = await disk.readWhole(file);
  if (known !== null) return readOwn(known.toString('utf8'), brokerId);
  const fresh = newTopicId((length) => random.bytes(length));
  await disk.makeDir('');
  await disk.replace(file, Buffer.from(`version=1\nnode.id=${brokerId}\ndirectory.id=${fresh}\n`));
  await disk.syncDir('');
  return fresh;
}

function readOwn(text: string, brokerId: number): string {
  const node = /^node\.id=(\d+)$/m.exec(text)?.[1];
  const id = /^directory\.id=([A-Za-z0-9_-]{22})$/m.exec(text)?.[1];
  if (node === undefined || id === undefined) {
    throw new StartProblem(
      `${file} in the directory of the logs cannot be read. Bring it back from a copy: it names the directory.`,
    );
  }
  if (Number(node) !== brokerId) {
    throw new StartProblem(
      `The directory of the logs belongs to broker ${node}, and this is broker ${brokerId}. Start it with its own id, or choose another directory.`,
    );
  }
  return id;
}
