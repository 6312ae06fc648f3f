import type { OffsetCommitResponse } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { OffsetFetchResponse } from '@weir/kafka-protocol/apis/09-offset-fetch';
import type { JoinGroupResponse } from '@weir/kafka-protocol/apis/11-join-group';
import type { HeartbeatResponse } from '@weir/kafka-protocol/apis/12-heartbeat';
import type { LeaveGroupResponse } from '@weir/kafka-protocol/apis/13-leave-group';
import type { SyncGroupResponse } from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome } from '../coordinator/outcome.ts';
import { Account } from '../memory/account.ts';
import { type Admission, defaultGroupSettings, type GroupSettings, type GroupTopic } from './settings.ts';
import { GroupCoordinatorShard } from './shard.ts';
import type { Scope } from './step.ts';

export interface Protocols {
  readonly [name: string]: string;
}

export interface JoinOptions {
  readonly memberId?: string;
  readonly instance?: string;
  readonly protocols?: Protocols;
  readonly protocolType?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
}

/**
 * For tests: drives a shard as its runtime does (replay at once, replies once committed) with a clock and a
 * log of its own. `commit` may lag behind, and `crash` loses what was not committed.
 */
export class GroupDriver {
  /** By the monotonic clock, milliseconds. */
  now = 1_000_000;
  /** How far the wall clock is ahead of the other. */
  wallAheadMs = 0;
  groupId = 'group';
  scope: Scope = { clusterId: 'lkc-1', clientId: 'client', clientHost: '/127.0.0.1', apiVersion: 5 };
  /** Whether outcomes are committed at once. */
  isPrompt = true;
  readonly settings: GroupSettings;
  shard: GroupCoordinatorShard;
  log: CoordinatorRecord[] = [];
  admits: Admission = 'now';
  readonly account = new Account(Number.MAX_SAFE_INTEGER);
  readonly deletedTopics = new Set<string>();
  /** What groups of the new protocol assign. */
  readonly topics = new Map<string, GroupTopic>();
  topicsVersion = 1;
  readonly deletedClusters = new Set<string>();
  readonly limitsReached: string[] = [];
  shareChanges = 0;
  private readonly answers = new Map<number, unknown>();
  private readonly uncommitted: { readonly logEnd: number; readonly outcome: Outcome }[] = [];
  private lastToken = 0;
  private lastUuid = 0;

  constructor(settings: Partial<GroupSettings> = {}) {
    this.settings = { ...defaultGroupSettings, ...settings };
    this.shard = this.create();
    this.shard.loaded(this.moment);
  }

  get moment(): Moment {
    return { wallMs: this.now + this.wallAheadMs, monotonicMs: this.now };
  }

  /** Puts an event; returns the token by which its answer can be found. */
  put(event: (shard: GroupCoordinatorShard, token: number) => Outcome): number {
    this.lastToken += 1;
    this.apply(event(this.shard, this.lastToken));
    return this.lastToken;
  }

  answer<Response>(token: number): Response | undefined {
    return this.answers.get(token) as Response | undefined; // The caller knows which API it asked.
  }

  /** Lets time pass, stopping at every deadline on the way. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.shard.nextDeadline();
      if (next === null || next > end) break;
      this.now = Math.max(this.now, next);
      this.apply(this.shard.expire(this.moment));
    }
    this.now = end;
  }

  commit(): void {
    for (const { outcome } of this.uncommitted.splice(0)) this.release(outcome);
  }

  /** The process ends: of what is not committed, only the first `kept` decisions have reached the log. */
  crash(kept = 0): void {
    const lost = this.uncommitted.splice(0);
    const last = kept === 0 ? undefined : lost[kept - 1];
    const first = lost[0];
    const start = first === undefined ? this.log.length : first.logEnd - first.outcome.records.length;
    this.log = this.log.slice(0, last?.logEnd ?? start);
    this.restart();
  }

  /** A coordinator begins anew from the log. */
  /** A topic is no more, and the shard is told. */
  deleteTopic(topic: string): void {
    this.deletedTopics.add(topic);
    this.put((shard) => shard.topicDeleted(this.moment));
    this.advance(0);
  }

  restart(): void {
    this.shard.dispose();
    this.shard = this.create();
    this.log.forEach((record, offset) => {
      this.shard.replay(record, offset);
    });
    this.shard.loaded(this.moment);
  }

  join(options: JoinOptions = {}): number {
    const protocols = Object.entries(options.protocols ?? { range: 'topics' });
    return this.put((shard, token) =>
      shard.joinGroup(this.moment, token, this.scope, {
        groupId: this.groupId,
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
        memberId: options.memberId ?? '',
        groupInstanceId: options.instance ?? null,
        protocolType: options.protocolType ?? 'consumer',
        protocols: protocols.map(([name, metadata]) => ({ name, metadata: Buffer.from(metadata) })),
        reason: null,
      }),
    );
  }

  sync(
    memberId: string,
    generationId: number,
    assignments: Protocols = {},
    instance: string | null = null,
  ): number {
    return this.put((shard, token) =>
      shard.syncGroup(this.moment, token, this.scope, {
        groupId: this.groupId,
        generationId,
        memberId,
        groupInstanceId: instance,
        protocolType: this.scope.apiVersion >= 5 ? 'consumer' : null,
        protocolName: this.scope.apiVersion >= 5 ? 'range' : null,
        assignments: Object.entries(assignments).map(([member, text]) => ({
          memberId: member,
          assignment: Buffer.from(text),
        })),
      }),
    );
  }

  heartbeat(memberId: string, generationId: number, instance: string | null = null): ErrorName {
    const token = this.put((shard, own) =>
      shard.heartbeat(this.moment, own, this.scope, {
        groupId: this.groupId,
        generationId,
        memberId,
        groupInstanceId: instance,
      }),
    );
    return errorName(this.answer<HeartbeatResponse>(token)?.errorCode ?? -1);
  }

  leave(...members: readonly { readonly memberId?: string; readonly instance?: string }[]): ErrorName[] {
    const token = this.put((shard, own) =>
      shard.leaveGroup(this.moment, own, this.scope, {
        groupId: this.groupId,
        memberId: members[0]?.memberId ?? '',
        members: members.map(({ memberId = '', instance = null }) => ({
          memberId,
          groupInstanceId: instance,
          reason: null,
        })),
      }),
    );
    const answer = this.answer<LeaveGroupResponse>(token);
    return (answer?.members ?? []).map((member) => errorName(member.errorCode));
  }

  commitOffset(
    offset: number,
    options: {
      readonly memberId?: string;
      readonly generationId?: number;
      readonly instance?: string;
      readonly topic?: string;
      readonly topicId?: string;
      readonly metadata?: string;
      readonly retentionTimeMs?: number;
    } = {},
  ): ErrorName {
    const token = this.put((shard, own) =>
      shard.offsetCommit(this.moment, own, this.scope, {
        groupId: this.groupId,
        generationIdOrMemberEpoch: options.generationId ?? -1,
        memberId: options.memberId ?? '',
        groupInstanceId: options.instance ?? null,
        retentionTimeMs: options.retentionTimeMs ?? -1,
        topics: [
          {
            name: options.topic ?? 'topic',
            topicId: options.topicId ?? zeroUuid,
            partitions: [
              {
                partitionIndex: 0,
                committedOffset: offset,
                committedLeaderEpoch: 3,
                committedMetadata: options.metadata ?? 'note',
              },
            ],
          },
        ],
      }),
    );
    const answer = this.answer<OffsetCommitResponse>(token);
    return errorName(answer?.topics[0]?.partitions[0]?.errorCode ?? -1);
  }

  fetchOffsets(
    topics: readonly { readonly name: string; readonly topicId?: string }[] | null,
    groupId = this.groupId,
    clusterId = this.scope.clusterId,
  ) {
    const token = this.put((shard, own) =>
      shard.offsetFetch(
        this.moment,
        own,
        { ...this.scope, clusterId, apiVersion: 9 },
        {
          groupId: '',
          topics: [],
          groups: [
            {
              groupId,
              memberId: null,
              memberEpoch: -1,
              topics:
                topics?.map(({ name, topicId = zeroUuid }) => ({ name, topicId, partitionIndexes: [0] })) ??
                null,
            },
          ],
          requireStable: true,
        },
      ),
    );
    return this.answer<OffsetFetchResponse>(token)?.groups?.[0]?.topics ?? [];
  }

  committed(topic = 'topic'): number {
    return this.fetchOffsets([{ name: topic }])[0]?.partitions[0]?.committedOffset ?? Number.NaN;
  }

  joined(token: number): JoinGroupResponse & { readonly error: ErrorName; readonly generationId: number } {
    const response = this.answer<JoinGroupResponse>(token);
    if (response === undefined) throw new Error('the join still waits');
    return { ...response, generationId: response.generationId ?? -1, error: errorName(response.errorCode) };
  }

  synced(token: number): { readonly error: ErrorName; readonly assignment: string } {
    const response = this.answer<SyncGroupResponse>(token);
    if (response === undefined) throw new Error('the sync still waits');
    return { error: errorName(response.errorCode), assignment: response.assignment.toString() };
  }

  waits(token: number): boolean {
    return !this.answers.has(token);
  }

  /** A member with an id of its own that has not joined yet. */
  askForId(options: JoinOptions = {}): string {
    return this.joined(this.join(options)).memberId;
  }

  /** Members (of a group that is empty) that are in a stable group together; the first one leads. */
  stableGroup(...members: readonly JoinOptions[]): {
    readonly ids: readonly string[];
    readonly generationId: number;
  } {
    const tokens = members.map((member) =>
      member.instance === undefined
        ? this.join({ ...member, memberId: this.askForId(member) })
        : this.join(member),
    );
    this.advance(this.settings.initialRebalanceDelayMs * 2);
    const answers = tokens.map((token) => this.joined(token));
    const generationId = answers[0]?.generationId ?? -1;
    const ids = answers.map((answer) => answer.memberId);
    const assignments = Object.fromEntries(ids.map((id, index) => [id, `assignment-${index}`]));
    ids.forEach((id, index) => {
      this.sync(id, generationId, index === 0 ? assignments : {}, members[index]?.instance ?? null);
    });
    return { ids, generationId };
  }

  private apply(outcome: Outcome): void {
    for (const record of outcome.records) {
      this.shard.replay(record, this.log.length);
      this.log.push(record);
    }
    this.uncommitted.push({ logEnd: this.log.length, outcome });
    if (this.isPrompt) this.commit();
  }

  private release(outcome: Outcome): void {
    for (const { token, response } of outcome.replies) {
      if (this.answers.has(token)) throw new Error(`token ${token} was answered twice`);
      this.answers.set(token, response);
    }
  }

  private create(): GroupCoordinatorShard {
    return new GroupCoordinatorShard({
      settings: this.settings,
      admission: () => this.admits,
      hasCluster: (clusterId) => !this.deletedClusters.has(clusterId),
      topicIdOf: (_clusterId, topic) =>
        this.deletedTopics.has(topic) ? null : (this.topics.get(topic)?.topicId ?? zeroUuid),
      topicOf: (_clusterId, topic) => this.topics.get(topic) ?? null,
      topicNameOf: (_clusterId, topicId) =>
        [...this.topics].find(([, topic]) => topic.topicId === topicId)?.[0] ?? null,
      topicsVersion: () => this.topicsVersion,
      accountOf: () => this.account,
      limitReached: (_clusterId, limit) => this.limitsReached.push(limit),
      shareChanged: () => {
        this.shareChanges += 1;
      },
      newUuid: () => {
        this.lastUuid += 1;
        return `uuid-${this.lastUuid}`;
      },
    });
  }
}
