import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { SimulatedNetwork } from './simulated-network.ts';
import { signIn, topicName } from './tenants.ts';
import type { WireClient } from './wire-client.ts';
import type { World } from './world.ts';

const int32Max = 0x7fff_ffff;

/** What one connection of the hostile tenant does once; it need not wait for its answers. */
type Abuse = (client: WireClient, world: World) => void;

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const batchOf = (bytes: number): Buffer =>
  encodeBatch({ records: [{ timestamp: 0, key: null, value: Buffer.alloc(bytes, 'x') }] });

function fetchOf(partitions: number, maxWaitMs: number, minBytes: number) {
  return {
    maxWaitMs,
    minBytes,
    maxBytes: int32Max,
    sessionId: 0,
    sessionEpoch: 0,
    topics: [
      {
        topic: topicName,
        partitions: times(partitions, (partition) => ({
          partition,
          fetchOffset: 0,
          partitionMaxBytes: int32Max,
        })),
      },
    ],
  };
}

const produceOf = (bytes: number) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: topicName, partitionData: [{ index: 0, records: batchOf(bytes) }] }],
});

/** Every way that there is to make the broker work or remember much for little, as far as one tenant may ask at all. */
const abuses: Readonly<Record<string, Abuse>> = {
  'waits as long as it may, with frames behind it': (client, world) => {
    client.tell(fetchApi, 11, fetchOf(4, int32Max, int32Max));
    for (let frame = 0; frame < 5; frame += 1)
      client.tell(produceApi, 9, produceOf(world.random.integer(1, 200_000)));
  },
  'begins a frame and does not go on': (client) => {
    const begun = Buffer.alloc(300_000);
    begun.writeInt32BE(600_000, 0);
    client.sendRaw(begun);
  },
  'asks for data and takes none': (client) => {
    client.stopReading();
    for (let request = 0; request < 20; request += 1) client.tell(fetchApi, 11, fetchOf(1, 0, 0));
  },
  'pipelines Metadata of many names': (client) => {
    const topics = times(2_000, (index) => ({
      topicId: '00000000-0000-0000-0000-000000000000',
      name: `none-${index}`,
    }));
    for (let request = 0; request < 20; request += 1)
      client.tell(metadataApi, 8, {
        topics,
        allowAutoTopicCreation: false,
        includeClusterAuthorizedOperations: true,
        includeTopicAuthorizedOperations: true,
      });
  },
  'pipelines ListOffsets of many elements': (client) => {
    const partitions = times(5_000, (partitionIndex) => ({ partitionIndex, timestamp: 0 }));
    for (let request = 0; request < 10; request += 1)
      client.tell(listOffsetsApi, 7, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name: topicName, partitions }],
      });
  },
  'pipelines OffsetFetch of many elements': (client) => {
    const topics = [{ name: topicName, partitionIndexes: times(10_000, (index) => index % 5) }];
    for (let request = 0; request < 10; request += 1)
      client.tell(offsetFetchApi, 7, { groupId: `group-${request}`, topics, groups: [] });
  },
  'commits with metadata as large as it may be': (client, world) => {
    for (let request = 0; request < 20; request += 1)
      client.tell(offsetCommitApi, 8, {
        groupId: `group-${world.random.integer(0, 10_000)}`,
        generationIdOrMemberEpoch: -1,
        memberId: '',
        topics: [
          {
            name: topicName,
            partitions: times(4, (partitionIndex) => ({
              partitionIndex,
              committedOffset: 1,
              committedMetadata: 'é'.repeat(4_000),
            })),
          },
        ],
      });
  },
  'joins group after group': (client, world) => {
    for (let request = 0; request < 20; request += 1)
      client.tell(joinGroupApi, 3, {
        groupId: `group-${world.random.integer(0, 10_000)}`,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        memberId: '',
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: Buffer.alloc(20_000) }],
      });
  },
  'takes producer ids and fetch sessions': (client) => {
    for (let request = 0; request < 50; request += 1) {
      client.tell(initProducerIdApi, 4, { transactionalId: null, transactionTimeoutMs: 0 });
      client.tell(fetchApi, 11, fetchOf(4, 0, 0));
    }
  },
  'fills its topic': (client) => {
    for (let request = 0; request < 5; request += 1) client.tell(produceApi, 9, produceOf(100_000));
  },
};

/** Opens connections, lets each do one of these things, and leaves most of them open, until `isOver`. */
export async function abuse(
  world: World,
  network: SimulatedNetwork,
  clusterId: string,
  isOver: () => boolean,
): Promise<void> {
  const open: WireClient[] = [];
  while (!isOver()) {
    const client = await enter(world, network, clusterId);
    if (client !== null) open.push(client);
    if (client !== null && !isOver()) {
      client.isPatient = true;
      world.random.pick(Object.values(abuses))(client, world);
    }
    await world.sleep(world.delay(1, 60));
    if (open.length > 60) open.shift()?.close();
  }
  for (const client of open) client.close();
}

async function enter(world: World, network: SimulatedNetwork, clusterId: string): Promise<WireClient | null> {
  try {
    return await signIn(world, network, clusterId);
  } catch {
    // It has as many connections as it may, or the network broke: it comes again.
    await world.sleep(50);
    return null;
  }
}

/** Connects and says nothing, until `isOver`. */
export async function loiter(world: World, network: SimulatedNetwork, isOver: () => boolean): Promise<void> {
  const sockets = [];
  while (!isOver()) {
    sockets.push(await network.connect());
    await world.sleep(world.delay(10, 200));
  }
  for (const socket of sockets) socket.destroy();
}
