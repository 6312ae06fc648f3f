import { electLeadersApi } from '@weir/kafka-protocol/apis/43-elect-leaders';
import { errorName } from '@weir/kafka-protocol/errors';
import { type Disturbance, topicsOf } from './cell-disturbance.ts';
import { clusterId } from './simulated-cell.ts';
import { NoAnswer, WireClient } from './wire-client.ts';

/**
 * Somebody asks for preferred leaders, of any broker and in the middle of anything else (KIP-460). Nothing that was
 * acknowledged by all that are in sync is lost by it. Unclean elections are never asked for: these may lose something.
 */
export async function askForLeaders(at: Disturbance): Promise<void> {
  const { world, stage, cell, brokers } = at;
  const { random } = world;
  const pauseMsMax = random.pick([1_000, 5_000]);
  while (stage.isOpen) {
    await world.sleep(world.delay(100, pauseMsMax));
    if (!stage.isOpen) return;
    const [topic] = (await topicsOf(cell)).filter((each) => each.clusterId === clusterId);
    if (topic === undefined) continue;
    const { host, brokerId } = random.pick(brokers);
    try {
      const client = await WireClient.connect(world, cell.network, 'operator', host);
      const partitions = topic.partitions.map((_, index) => index);
      const topicPartitions = [{ topic: topic.name, partitions }];
      const answer = await client.request(electLeadersApi, 2, {
        electionType: 0,
        topicPartitions,
        timeoutMs: 1_000,
      });
      client.close();
      const errors = answer.replicaElectionResults.flatMap(({ partitionResult }) =>
        partitionResult.map(({ errorCode }) => errorName(errorCode)),
      );
      at.trace(`broker ${brokerId} was asked for preferred leaders: ${errors.join(', ')}`);
      if (errors.includes('NONE')) cell.happened.add('leader elected as asked');
    } catch (cause) {
      if (!(cause instanceof NoAnswer) && !(cause instanceof Error && cause.message.includes('ECONNREFUSED')))
        throw cause;
    }
  }
}
