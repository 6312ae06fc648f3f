import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import type { Stage } from './stage.ts';
import { type Client, NoAnswer } from './wire-client.ts';

/** Asks again and again what the group has committed, as whoever watches its lag does: it never goes back. */
export async function watchCommits(stage: Stage): Promise<void> {
  for (let client = await stage.connect('watcher'); client !== null; ) {
    try {
      await fetchCommits(stage, client);
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
    }
    await stage.world.sleep(stage.world.delay(10, 300));
    client = await stage.connect('watcher', client);
  }
}

/** False while the coordinator does not say. */
export async function fetchCommits(stage: Stage, client: Client): Promise<boolean> {
  const { history, partitions } = stage;
  const floors = new Map(partitions.map((index) => [index, stage.commitFloor(index)]));
  const answer = await client.request(offsetFetchApi, 7, {
    groupId: 'group',
    topics: [{ name: stage.topic, partitionIndexes: partitions }],
    groups: [],
  });
  if (answer.errorCode !== 0) return false;
  for (const { partitionIndex, committedOffset } of answer.topics[0]?.partitions ?? [])
    history.fetchedCommit(stage.place(partitionIndex), committedOffset, floors.get(partitionIndex) ?? -1);
  return true;
}
