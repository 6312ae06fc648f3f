import type {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { GroupDriver } from '../group/group-driver.ts';
import type { GroupSettings } from '../group/settings.ts';
import type { ResolvedRegex, Subscription } from './consumer-group.ts';
import type { HeartbeatAnswer } from './heartbeat.ts';
import type { Partitions } from './partitions.ts';
import type { Current } from './reconcile.ts';
import { decodeConsumerRecord } from './record-codec.ts';

export type Beaten = ConsumerGroupHeartbeatResponse & {
  readonly error: ErrorName;
  readonly patternDue: string | null;
};

/** A group as the shard's snapshot tells it. */
export interface Told {
  epoch: number;
  assignmentEpoch: number;
  readonly subscriptions: Map<string, Subscription>;
  readonly currents: Map<string, Current>;
  readonly targets: Map<string, Partitions>;
  readonly regexes: Map<string, ResolvedRegex>;
}

/** For tests: a group driver that speaks the new protocol, over topics whose ids are made from their names. */
export class ConsumerDriver extends GroupDriver {
  constructor(settings: Partial<GroupSettings> = {}) {
    super({ consumerAssignmentIntervalMs: 0, ...settings });
    this.scope = { ...this.scope, apiVersion: 1 };
  }

  setTopic(name: string, partitionCount: number): void {
    if (partitionCount === 0) this.topics.delete(name);
    else this.topics.set(name, { topicId: topicId(name), partitionCount });
    this.topicsVersion += 1;
  }

  putBeat(
    request: Partial<ConsumerGroupHeartbeatRequest>,
    resolved: readonly string[] | null = null,
  ): number {
    const whole = { ...nothingSaid, groupId: this.groupId, ...request };
    return this.put((shard, token) =>
      shard.consumerHeartbeat(this.moment, token, this.scope, whole, resolved),
    );
  }

  beaten(token: number): Beaten {
    const answer = this.answer<HeartbeatAnswer>(token);
    if (answer === undefined) throw new Error('the heartbeat still waits');
    const { response, patternDue } = answer;
    return { ...response, error: errorName(response.errorCode), patternDue };
  }

  beat(
    memberId: string,
    memberEpoch: number,
    said: Partial<ConsumerGroupHeartbeatRequest> = {},
    resolved: readonly string[] | null = null,
  ): Beaten {
    return this.beaten(this.putBeat({ memberId, memberEpoch, ...said }, resolved));
  }

  /** Joins as a member of the topics named; `said` adds to that. */
  come(
    memberId: string,
    topics: readonly string[],
    said: Partial<ConsumerGroupHeartbeatRequest> = {},
    resolved: readonly string[] | null = null,
  ): Beaten {
    return this.beat(memberId, 0, { ...joining(topics), ...said }, resolved);
  }

  told(): Told {
    const told: Told = {
      epoch: 0,
      assignmentEpoch: 0,
      subscriptions: new Map(),
      currents: new Map(),
      targets: new Map(),
      regexes: new Map(),
    };
    for (const record of this.shard.snapshot()) {
      const decoded = decodeConsumerRecord(record);
      if (decoded === null || decoded.value === null || decoded.group.groupId !== this.groupId) continue;
      if (decoded.type === 'epoch') told.epoch = decoded.value.epoch;
      else if (decoded.type === 'assignment') told.assignmentEpoch = decoded.value.assignmentEpoch;
      else if (decoded.type === 'member') told.subscriptions.set(decoded.memberId, decoded.value);
      else if (decoded.type === 'current') told.currents.set(decoded.memberId, decoded.value);
      else if (decoded.type === 'target') told.targets.set(decoded.memberId, decoded.value);
      else told.regexes.set(decoded.pattern, decoded.value);
    }
    return told;
  }
}

const nothingSaid = {
  memberId: '',
  memberEpoch: 0,
  instanceId: null,
  rackId: null,
  rebalanceTimeoutMs: -1,
  subscribedTopicNames: null,
  subscribedTopicRegex: null,
  serverAssignor: null,
  topicPartitions: null,
};

export function joining(topics: readonly string[]) {
  return { rebalanceTimeoutMs: 20_000, subscribedTopicNames: [...topics], topicPartitions: [] };
}

export function topicId(name: string): string {
  const id = Buffer.alloc(16);
  id.write(name);
  return id.toString('base64url');
}

/** Partitions as texts that can be compared, in order. */
export function places(
  partitions: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
): string[] {
  return partitions
    .flatMap(({ topicId: id, partitions: numbers }) => numbers.map((number) => `${id}/${number}`))
    .sort();
}

export function owning(partitions: readonly string[]) {
  const byTopic = new Map<string, number[]>();
  for (const place of partitions) {
    const [id = '', number = ''] = place.split('/');
    byTopic.set(id, [...(byTopic.get(id) ?? []), Number(number)]);
  }
  return Array.from(byTopic, ([id, numbers]) => ({ topicId: id, partitions: numbers }));
}
