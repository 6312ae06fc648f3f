import type { JoinGroupResponse } from '@weir/kafka-protocol/apis/11-join-group';
import type { SyncGroupResponse } from '@weir/kafka-protocol/apis/14-sync-group';
import { type ErrorName, errorCode } from '@weir/kafka-protocol/errors';
import type { ConsumerRecordEncoder } from '../consumer-group/record-codec.ts';
import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome, Reply } from '../coordinator/outcome.ts';
import type { ClassicGroup, Member, Waiting } from './classic-group.ts';
import { metadataFor } from './classic-group.ts';
import type { GroupTable } from './group-table.ts';
import type { NewGroupMetadataValue, RecordEncoder } from './records.ts';
import type { GroupDeps } from './settings.ts';

/** Who asks, and in which version of the API. */
export interface Scope {
  readonly clusterId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly apiVersion: number;
}

/** A shard's builders of records. */
export interface Encoders {
  readonly classic: RecordEncoder;
  readonly consumer: ConsumerRecordEncoder;
}

const emptyBytes = Buffer.alloc(0);

/** One event on its way through the state machine: the moment, and what was decided so far. */
export class Step implements Outcome {
  readonly records: CoordinatorRecord[] = [];
  readonly replies: Reply[] = [];
  /** Groups whose durable state is only told by a record of this step, and not yet replayed. */
  readonly recorded = new Set<ClassicGroup>();
  /** Milliseconds since the epoch, for records. */
  readonly now: number;
  /** For deadlines. */
  readonly monotonicMs: number;
  readonly table: GroupTable;
  readonly deps: GroupDeps;
  readonly encoder: RecordEncoder;
  readonly consumerEncoder: ConsumerRecordEncoder;

  constructor(now: Moment, table: GroupTable, deps: GroupDeps, encoders: Encoders) {
    this.now = now.wallMs;
    this.monotonicMs = now.monotonicMs;
    this.table = table;
    this.deps = deps;
    this.encoder = encoders.classic;
    this.consumerEncoder = encoders.consumer;
  }

  reply(token: number, response: unknown): this {
    this.replies.push({ token, response });
    return this;
  }

  /** Whether the cluster may keep so many bytes more for its groups; notes it where it may not. */
  hasRoom(clusterId: string, growth: number): boolean {
    if (growth <= 0 || this.deps.accountOf(clusterId).hasRoom(growth)) return true;
    this.deps.limitReached(clusterId, 'groupBytesMax');
    return false;
  }

  /** Whether the cluster may have one more group: NONE, or why not, which is noted. */
  groupRefusal(clusterId: string): 'NONE' | 'COORDINATOR_LOAD_IN_PROGRESS' | 'POLICY_VIOLATION' {
    const admission = this.deps.admission(clusterId);
    if (admission === 'now') return 'NONE';
    // Clients come again after the one, and end after the other.
    if (admission === 'soon') return 'COORDINATOR_LOAD_IN_PROGRESS';
    this.deps.limitReached(clusterId, 'groupsMax');
    return 'POLICY_VIOLATION';
  }

  record(group: ClassicGroup, record: CoordinatorRecord): this {
    this.records.push(record);
    this.recorded.add(group);
    return this;
  }

  /** Forgets a group of which neither the log nor anyone who waits knows. */
  dropIfVoid(group: ClassicGroup): void {
    if (group.isVoid() && !this.recorded.has(group)) this.table.remove(group);
  }

  /** Restarts the member's session, or the given time instead of it. */
  restartSession(member: Member, timeoutMs = member.sessionTimeoutMs): void {
    this.table.deadlines.set(member.session, this.monotonicMs + timeoutMs);
  }

  /** Answers the member's waiting join, if there is one. */
  answerJoin(
    member: Member,
    response: Omit<JoinGroupResponse, 'errorCode'> & { readonly error: ErrorName },
  ): void {
    const waiting = member.awaitingJoin;
    if (waiting === null) return;
    member.awaitingJoin = null;
    this.replyJoin(waiting, response);
  }

  replyJoin(
    waiting: Waiting,
    response: Omit<JoinGroupResponse, 'errorCode'> & { readonly error: ErrorName },
  ): void {
    const { error, ...rest } = response;
    // Only from v7 on is "no protocol" null on the wire.
    const protocolName = rest.protocolName ?? (waiting.apiVersion >= 7 ? null : '');
    this.reply(waiting.token, {
      ...rest,
      protocolName,
      errorCode: errorCode(error),
    } satisfies JoinGroupResponse);
  }

  refuseJoin(waiting: Waiting, error: ErrorName, memberId: string): this {
    this.replyJoin(waiting, {
      error,
      memberId,
      generationId: -1,
      protocolName: null,
      leader: '',
      members: [],
    });
    return this;
  }

  /** Answers the member's waiting sync, if there is one. */
  answerSync(member: Member, error: ErrorName, group: ClassicGroup): void {
    const waiting = member.awaitingSync;
    if (waiting === null) return;
    member.awaitingSync = null;
    const isFine = error === 'NONE';
    this.reply(waiting.token, {
      errorCode: errorCode(error),
      protocolType: isFine ? group.protocolType : null,
      protocolName: isFine ? group.protocolName : null,
      assignment: isFine ? member.assignment : emptyBytes,
    } satisfies SyncGroupResponse);
  }

  /** The group's record with the assignments as its members have them. */
  groupRecord(group: ClassicGroup, stateTimestamp: number): CoordinatorRecord {
    const value: NewGroupMetadataValue = {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: group.protocolName,
      leader: group.leaderId,
      currentStateTimestamp: stateTimestamp,
      members: [...group.members.values()].map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataFor(member, group.protocolName),
        assignment: member.assignment,
      })),
    };
    return this.encoder.group(group.name, value);
  }
}
