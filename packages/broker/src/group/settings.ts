import type { Account } from '../memory/account.ts';

/** What a group coordinator is allowed and how long it waits. Milliseconds and bytes; Kafka's name beside each. */
export interface GroupSettings {
  /** group.initial.rebalance.delay.ms */
  readonly initialRebalanceDelayMs: number;
  /** group.min.session.timeout.ms */
  readonly sessionTimeoutMsMin: number;
  /** group.max.session.timeout.ms */
  readonly sessionTimeoutMsMax: number;
  /** What a member asks for is cut to this: old Kafka Streams asks for 2³¹ − 1 (max.poll.interval.ms). */
  readonly rebalanceTimeoutMsMax: number;
  /** How long a member whose first join is still waiting may stay without a heartbeat (Kafka: fixed at 5 min). */
  readonly newMemberJoinTimeoutMs: number;
  /** group.max.size; the same bound holds for members that were given an id and have not joined with it. */
  readonly membersMax: number;
  /** Ways of assigning that one member offers. Clients have two or three. */
  readonly memberProtocolsMax: number;
  /** All protocols of one member's subscription together. Kafka has no such bound but that of the record. */
  readonly memberMetadataBytesMax: number;
  /** The record of one group: every member's subscription and assignment. Kafka's own topic takes 1 MiB by default. */
  readonly groupRecordBytesMax: number;
  /** group.consumer.session.timeout.ms */
  readonly consumerSessionTimeoutMs: number;
  /** group.consumer.heartbeat.interval.ms */
  readonly consumerHeartbeatIntervalMs: number;
  /** group.consumer.assignment.interval.ms: a group has one assignment in so long, however many members come at once. */
  readonly consumerAssignmentIntervalMs: number;
  /** Of a regular expression, UTF-16 units. */
  readonly regexUnitsMax: number;
  /** It is resolved again so long after topics have come or gone, and in any case; Kafka: 10 s and 10 min. */
  readonly regexRefreshMsMin: number;
  readonly regexRefreshMsMax: number;
  /** offset.metadata.max.bytes, which Kafka counts in UTF-16 units. */
  readonly offsetMetadataUnitsMax: number;
  /** offsets.retention.minutes */
  readonly offsetsRetentionMs: number;
  /** offsets.retention.check.interval.ms */
  readonly offsetsRetentionCheckMs: number;
}

/** Apache Kafka 4.3's defaults, and bounds where Kafka has none. */
export const defaultGroupSettings: GroupSettings = {
  initialRebalanceDelayMs: 3_000,
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
  rebalanceTimeoutMsMax: 1_800_000,
  newMemberJoinTimeoutMs: 300_000,
  membersMax: 10_000,
  memberProtocolsMax: 100,
  memberMetadataBytesMax: 1024 * 1024,
  groupRecordBytesMax: 8 * 1024 * 1024,
  consumerSessionTimeoutMs: 45_000,
  consumerHeartbeatIntervalMs: 5_000,
  consumerAssignmentIntervalMs: 1_000,
  regexUnitsMax: 1_000,
  regexRefreshMsMin: 5_000,
  regexRefreshMsMax: 600_000,
  offsetMetadataUnitsMax: 4_096,
  offsetsRetentionMs: 7 * 24 * 60 * 60 * 1_000,
  offsetsRetentionCheckMs: 600_000,
};

/** `soon`: not now, and perhaps in a moment; whoever asks is to come again. */
export type Admission = 'now' | 'soon' | 'no';

/** A topic as far as groups assign it. */
export interface GroupTopic {
  readonly topicId: string;
  readonly partitionCount: number;
}

/** What a shard is given from outside besides events. */
export interface GroupDeps {
  readonly settings: GroupSettings;
  /** Whether the cluster may have one more group; counted over all shards by whoever owns them. */
  readonly admission: (clusterId: string) => Admission;
  readonly hasCluster: (clusterId: string) => boolean;
  /** The id of the cluster's topic of this name; null: there is none. */
  readonly topicIdOf: (clusterId: string, topic: string) => string | null;
  /** The cluster's topic of this name; null: there is none. */
  readonly topicOf: (clusterId: string, topic: string) => GroupTopic | null;
  /** The name of the cluster's topic of this id; null: there is none. */
  readonly topicNameOf: (clusterId: string, topicId: string) => string | null;
  /** Another number after topics or partitions of the cluster have come or gone. */
  readonly topicsVersion: (clusterId: string) => number;
  /** What is kept for the cluster's groups is charged to this account; it bounds growth, never what is stored. */
  readonly accountOf: (clusterId: string) => Account;
  /** Told when a bound has refused something of the cluster. */
  readonly limitReached: (clusterId: string, limit: 'groupsMax' | 'groupBytesMax') => void;
  /** Told when members of a share group may be given what they could not have before. */
  readonly shareChanged: (group: { readonly clusterId: string; readonly groupId: string }) => void;
  /** A fresh UUID in its text form, for member ids. */
  readonly newUuid: () => string;
}
