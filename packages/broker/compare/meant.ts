import type { Exchange } from './conversation.ts';
import type { Difference } from './differences.ts';
import type { Plain } from './plain.ts';

/** Where we answer otherwise than Kafka, and mean to. */
export interface Meant {
  readonly reason: string;
  readonly covers: (difference: Difference) => boolean;
  /** Behind it the two are in the same state still, and what follows can be compared. */
  readonly leavesState?: true;
}

const ofApi =
  (...names: readonly string[]) =>
  ({ exchange }: Difference) =>
    names.includes(exchange.api);

const isEmptyList = (value: Plain | undefined) => Array.isArray(value) && value.length === 0;

/** A topic that is named without a partition. */
const namesNoPartition = ({ asked }: Exchange) =>
  /"(partitions|partitionData|partitionIndexes)":\[\]/.test(asked);

export const meantDifferences: readonly Meant[] = [
  {
    reason:
      'Kafka meets an exception that it does not expect; we answer what was asked, or what is wrong with it.',
    covers: ({ exchange }) => JSON.stringify(exchange.answered).includes('UNKNOWN_SERVER_ERROR'),
  },
  {
    leavesState: true,
    reason: 'A topic that is named without partitions is answered without any; Kafka leaves it out.',
    covers: ({ exchange, kafka, weir }) =>
      namesNoPartition(exchange) && Array.isArray(kafka) && Array.isArray(weir) && kafka.length < weir.length,
  },
  {
    reason: 'A topic that is made on demand is there with the answer; Kafka makes it behind its answer.',
    covers: (difference) =>
      ofApi('Metadata')(difference) &&
      (difference.kafka === 'UNKNOWN_TOPIC_OR_PARTITION' || isEmptyList(difference.kafka)) &&
      !difference.exchange.asked.includes('"allowAutoTopicCreation":false'),
  },
  {
    leavesState: true,
    reason: 'Topics of the coordinators belong to the cell, not to a tenant: all topics are fewer here.',
    covers: (difference) =>
      ofApi('DescribeTopicPartitions')(difference) && difference.exchange.asked.startsWith('{"topics":[]'),
  },
  {
    leavesState: true,
    reason: 'Kafka looks at the time-out of a transaction before it looks at its producer.',
    covers: (difference) =>
      ofApi('InitProducerId')(difference) &&
      difference.kafka === 'INVALID_TRANSACTION_TIMEOUT' &&
      difference.weir === 'INVALID_REQUEST',
  },
  {
    leavesState: true,
    reason: 'A topic that is only tried has no id; Kafka makes one up.',
    covers: (difference) =>
      ofApi('CreateTopics')(difference) &&
      difference.path === 'topics[].topicId' &&
      difference.exchange.asked.includes('"validateOnly":true'),
  },
  {
    leavesState: true,
    reason:
      'Kafka sets min.insync.replicas for the whole cluster when its storage is made; here it is a default.',
    covers: (difference) =>
      ofApi('DescribeConfigs')(difference) &&
      JSON.stringify(difference.kafka).match(/^3$|"source":3/) !== null,
  },
  {
    leavesState: true,
    reason:
      'Kafka tells with a batch that is there already when that was appended; here its time is its own.',
    covers: (difference) =>
      ofApi('Produce')(difference) && difference.path.endsWith('logAppendTimeMs') && difference.weir === -1,
  },
  {
    leavesState: true,
    reason:
      'A partition that is read out of its range says where it begins and ends; with an error, transactions that were aborted say nothing.',
    covers: (difference) =>
      ofApi('Fetch')(difference) &&
      (difference.kafka === -1 || (isNothing(difference.kafka) && isNothing(difference.weir))),
  },
  {
    leavesState: true,
    reason: 'Kafka tells with some batches that it refuses where the log begins.',
    covers: (difference) =>
      ofApi('Produce')(difference) && difference.path.endsWith('logStartOffset') && difference.weir === -1,
  },
  {
    leavesState: true,
    reason: 'Kafka tells the latest time of records that are deleted; here only of those that are there.',
    covers: ({ exchange, weir }) =>
      exchange.api === 'ListOffsets' && exchange.asked.includes('"timestamp":-3') && weir === -1,
  },
  {
    leavesState: true,
    reason: 'Kafka tells when a transaction began that has ended.',
    covers: ({ path, weir }) => path.endsWith('transactionStartTimeMs') && weir === -1,
  },
  {
    reason: 'A producer id that nobody was given is refused; Kafka takes any.',
    covers: ({ here }) =>
      here.api === 'Produce' && JSON.stringify(here.answered).includes('UNKNOWN_PRODUCER_ID'),
  },
  {
    leavesState: true,
    reason:
      'Where histories part is told to followers; a consumer asks OffsetForLeaderEpoch, as all clients do.',
    covers: ({ exchange }) =>
      exchange.api === 'Fetch' &&
      (hasDiverged(exchange.answered) || /"lastFetchedEpoch":[1-9]/.test(exchange.asked)),
  },
  {
    leavesState: true,
    reason: 'A member that partitions are on their way to is asked to come again sooner.',
    covers: ({ path, weir }) => path === 'heartbeatIntervalMs' && weir === 1_000,
  },
  {
    leavesState: true,
    reason: 'Kafka looks at how many partitions there would be before it looks whether the topic is there.',
    covers: ({ kafka, weir }) => kafka === 'POLICY_VIOLATION' && weir === 'TOPIC_ALREADY_EXISTS',
  },
  {
    leavesState: true,
    reason: 'A partition has its directory from the beginning; Kafka makes it a little later.',
    covers: (difference) => ofApi('DescribeLogDirs')(difference) && isEmptyList(difference.kafka),
  },
  {
    reason: 'A cluster changes so many partitions in a second, and no more.',
    covers: ({ here }) => JSON.stringify(here.answered).includes('THROTTLING_QUOTA_EXCEEDED'),
  },
];

const hasDiverged = (answered: Plain) => /"divergingEpoch":\{"epoch":\d/.test(JSON.stringify(answered));

const isNothing = (value: Plain | undefined) => value === null || isEmptyList(value);

/** Why the difference is meant; null where it is not. */
export const meaningOf = (difference: Difference): Meant | null =>
  meantDifferences.find(({ covers }) => covers(difference)) ?? null;
