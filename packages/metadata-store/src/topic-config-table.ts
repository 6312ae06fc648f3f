/** The types of Kafka's ConfigDef that topic configs use. */
export type TopicConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'LONG' | 'DOUBLE' | 'LIST';

export interface TopicConfig {
  readonly name: string;
  readonly type: TopicConfigType;
  /** As DescribeConfigs shows it. A broker may override it by the setting in `brokerConfig`. */
  readonly default: string;
  /** The broker config that the default comes from (a DEFAULT_CONFIG synonym); null when there is none. */
  readonly brokerConfig: string | null;
  /** Bounds of a number, both included. */
  readonly min?: number;
  readonly max?: number;
  /** A value outside the bounds that is allowed as well. */
  readonly also?: number;
  /** The allowed strings, of a list each element. */
  readonly oneOf?: readonly string[];
  /** One sentence, for DescribeConfigs and the console. */
  readonly documentation: string;
}

const LONG_MAX = '9223372036854775807';
/** Stands in `oneOf` for Kafka's list of partition:broker pairs. */
export const PARTITION_BROKER_LIST = 'throttled replicas';

/**
 * Every topic config of Apache Kafka 4.3.0 with its type, default and bounds, as LogConfig defines them
 * (the internal ones left out).
 */
export const topicConfigTable: readonly TopicConfig[] = [
  {
    name: 'cleanup.policy',
    type: 'LIST',
    default: 'delete',
    brokerConfig: 'log.cleanup.policy',
    oneOf: ['compact', 'delete'],
    documentation: 'Whether old segments are deleted, compacted by key, or both.',
  },
  {
    name: 'compression.gzip.level',
    type: 'INT',
    default: '-1',
    brokerConfig: null,
    min: 1,
    max: 9,
    also: -1,
    documentation: 'The level when compression.type is gzip.',
  },
  {
    name: 'compression.lz4.level',
    type: 'INT',
    default: '9',
    brokerConfig: null,
    min: 1,
    max: 17,
    documentation: 'The level when compression.type is lz4. Without effect here: there is one.',
  },
  {
    name: 'compression.type',
    type: 'STRING',
    default: 'producer',
    brokerConfig: null,
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    documentation: 'How batches are compressed on disk; producer keeps what the producer chose.',
  },
  {
    name: 'compression.zstd.level',
    type: 'INT',
    default: '3',
    brokerConfig: null,
    min: -131_072,
    max: 22,
    documentation: 'The level when compression.type is zstd.',
  },
  {
    name: 'delete.retention.ms',
    type: 'LONG',
    default: '86400000',
    brokerConfig: 'log.cleaner.delete.retention.ms',
    min: 0,
    documentation: 'How long the tombstones of a compacted topic stay.',
  },
  {
    name: 'file.delete.delay.ms',
    type: 'LONG',
    default: '60000',
    brokerConfig: 'log.segment.delete.delay.ms',
    min: 0,
    documentation: 'How long a deleted segment stays on disk.',
  },
  {
    name: 'flush.messages',
    type: 'LONG',
    default: LONG_MAX,
    brokerConfig: 'log.flush.interval.messages',
    min: 1,
    documentation: 'After how many records the log is forced to disk.',
  },
  {
    name: 'flush.ms',
    type: 'LONG',
    default: LONG_MAX,
    brokerConfig: null,
    min: 0,
    documentation: 'After how long the log is forced to disk.',
  },
  {
    name: 'follower.replication.throttled.replicas',
    type: 'LIST',
    default: '',
    brokerConfig: null,
    oneOf: [PARTITION_BROKER_LIST],
    documentation: 'Replicas throttled where they follow, as partition:broker, or * for all.',
  },
  {
    name: 'index.interval.bytes',
    type: 'INT',
    default: '4096',
    brokerConfig: 'log.index.interval.bytes',
    min: 0,
    documentation: 'How many bytes of log lie between two index entries.',
  },
  {
    name: 'leader.replication.throttled.replicas',
    type: 'LIST',
    default: '',
    brokerConfig: null,
    oneOf: [PARTITION_BROKER_LIST],
    documentation: 'Replicas throttled on their leader, as partition:broker, or * for all.',
  },
  {
    name: 'local.retention.bytes',
    type: 'LONG',
    default: '-2',
    brokerConfig: 'log.local.retention.bytes',
    min: -2,
    documentation: 'The part of retention.bytes kept locally with tiered storage; -2 is all.',
  },
  {
    name: 'local.retention.ms',
    type: 'LONG',
    default: '-2',
    brokerConfig: 'log.local.retention.ms',
    min: -2,
    documentation: 'The part of retention.ms kept locally with tiered storage; -2 is all.',
  },
  {
    name: 'max.compaction.lag.ms',
    type: 'LONG',
    default: LONG_MAX,
    brokerConfig: 'log.cleaner.max.compaction.lag.ms',
    min: 1,
    documentation: 'The longest time that a record may wait for compaction.',
  },
  {
    name: 'max.message.bytes',
    type: 'INT',
    default: '1048588',
    brokerConfig: 'message.max.bytes',
    min: 0,
    documentation: 'The largest record batch, after compression.',
  },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'LONG',
    default: '3600000',
    brokerConfig: 'log.message.timestamp.after.max.ms',
    min: 0,
    documentation: 'How far in the future a record timestamp may lie.',
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'LONG',
    default: LONG_MAX,
    brokerConfig: 'log.message.timestamp.before.max.ms',
    min: 0,
    documentation: 'How far in the past a record timestamp may lie.',
  },
  {
    name: 'message.timestamp.type',
    type: 'STRING',
    default: 'CreateTime',
    brokerConfig: 'log.message.timestamp.type',
    oneOf: ['CreateTime', 'LogAppendTime'],
    documentation: 'Whether timestamps are the producer’s or those of the append.',
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: 'DOUBLE',
    default: '0.5',
    brokerConfig: 'log.cleaner.min.cleanable.ratio',
    min: 0,
    max: 1,
    documentation: 'The uncompacted part of a log from which on it is compacted.',
  },
  {
    name: 'min.compaction.lag.ms',
    type: 'LONG',
    default: '0',
    brokerConfig: 'log.cleaner.min.compaction.lag.ms',
    min: 0,
    documentation: 'The shortest time that a record stays uncompacted.',
  },
  {
    name: 'min.insync.replicas',
    type: 'INT',
    default: '1',
    brokerConfig: null,
    min: 1,
    documentation: 'How many replicas must hold a record that was produced with acks=all.',
  },
  {
    name: 'preallocate',
    type: 'BOOLEAN',
    default: 'false',
    brokerConfig: 'log.preallocate',
    documentation: 'Whether a new segment takes its disk space at once.',
  },
  {
    name: 'remote.log.copy.disable',
    type: 'BOOLEAN',
    default: 'false',
    brokerConfig: null,
    documentation: 'Whether tiered data is read only.',
  },
  {
    name: 'remote.log.delete.on.disable',
    type: 'BOOLEAN',
    default: 'false',
    brokerConfig: null,
    documentation: 'Whether tiered data goes when tiered storage is turned off.',
  },
  {
    name: 'remote.storage.enable',
    type: 'BOOLEAN',
    default: 'false',
    brokerConfig: null,
    documentation: 'Whether old segments move to tiered storage.',
  },
  {
    name: 'retention.bytes',
    type: 'LONG',
    default: '-1',
    brokerConfig: 'log.retention.bytes',
    documentation: 'How many bytes a partition keeps; -1 is no bound.',
  },
  {
    name: 'retention.ms',
    type: 'LONG',
    default: '604800000',
    brokerConfig: null,
    min: -1,
    documentation: 'How long a record is kept; -1 is no bound.',
  },
  {
    name: 'segment.bytes',
    type: 'INT',
    default: '1073741824',
    brokerConfig: 'log.segment.bytes',
    min: 1_048_576,
    documentation: 'The size of a segment file.',
  },
  {
    name: 'segment.index.bytes',
    type: 'INT',
    default: '10485760',
    brokerConfig: 'log.index.size.max.bytes',
    min: 4,
    documentation: 'The size bound of a segment’s index.',
  },
  {
    name: 'segment.jitter.ms',
    type: 'LONG',
    default: '0',
    brokerConfig: null,
    min: 0,
    documentation: 'The largest random part taken off segment.ms.',
  },
  {
    name: 'segment.ms',
    type: 'LONG',
    default: '604800000',
    brokerConfig: null,
    min: 1,
    documentation: 'After how long a segment is closed though it is not full.',
  },
  {
    name: 'unclean.leader.election.enable',
    type: 'BOOLEAN',
    default: 'false',
    brokerConfig: null,
    documentation: 'Whether a replica outside the ISR may become leader, at the price of records.',
  },
];
