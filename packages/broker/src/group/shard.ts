import type { OffsetCommitRequest } from '@weir/kafka-protocol/apis/08-offset-commit';
import type { OffsetFetchRequest } from '@weir/kafka-protocol/apis/09-offset-fetch';
import type { JoinGroupRequest } from '@weir/kafka-protocol/apis/11-join-group';
import type { HeartbeatRequest } from '@weir/kafka-protocol/apis/12-heartbeat';
import type { LeaveGroupRequest } from '@weir/kafka-protocol/apis/13-leave-group';
import type { SyncGroupRequest } from '@weir/kafka-protocol/apis/14-sync-group';
import type { DescribeGroupsRequest } from '@weir/kafka-protocol/apis/15-describe-groups';
import type { ListGroupsRequest } from '@weir/kafka-protocol/apis/16-list-groups';
import type { ConsumerGroupHeartbeatRequest } from '@weir/kafka-protocol/apis/68-consumer-group-heartbeat';
import type { ShareGroupHeartbeatRequest } from '@weir/kafka-protocol/apis/76-share-group-heartbeat';
import { describeConsumerGroup } from '../consumer-group/describe.ts';
import { consumerHeartbeat } from '../consumer-group/heartbeat.ts';
import { consumerRebalancePassed, consumerSessionPassed } from '../consumer-group/leave.ts';
import { ConsumerRecordEncoder } from '../consumer-group/record-codec.ts';
import { type Resolution, regexResolved } from '../consumer-group/regexes.ts';
import { watchLoaded } from '../consumer-group/restart.ts';
import { type Deadline, newDeadline } from '../coordinator/deadlines.ts';
import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome } from '../coordinator/outcome.ts';
import {
  type PlacedAcknowledgements,
  type ShareLog,
  type ShareWho,
  shareAcknowledge,
  shareAcquire,
  shareLockPassed,
  sharePosition,
  shareRelease,
} from '../share-group/deliveries.ts';
import { describeShareGroup } from '../share-group/describe.ts';
import { removeShareMember, shareHeartbeat } from '../share-group/heartbeat.ts';
import { shareSettings } from '../share-group/settings.ts';
import type { ShareDeadline, SharePlace } from '../share-group/share-group.ts';
import type { Acquisition } from '../share-group/share-partition.ts';
import { ShareSweep } from '../share-group/sweep.ts';
import type { DeadlineSubject } from './classic-group.ts';
import { deleteGroup, deleteOffsets, type OffsetDeletion } from './deletions.ts';
import { describeGroups, listGroups } from './describe.ts';
import { GroupTable } from './group-table.ts';
import { heartbeat } from './heartbeat.ts';
import { joinGroup } from './join-group.ts';
import { leaveGroup } from './leave-group.ts';
import { offsetCommit, offsetFetch } from './offsets.ts';
import {
  joinDeadlinePassed,
  prepareRebalance,
  sessionDeadlinePassed,
  syncDeadlinePassed,
} from './rebalance.ts';
import { RecordEncoder } from './records.ts';
import { replayRecord } from './replay.ts';
import { RetentionSweep } from './retention.ts';
import type { GroupDeps } from './settings.ts';
import { snapshotGroups } from './snapshot.ts';
import { type Scope, Step } from './step.ts';
import { syncGroup } from './sync-group.ts';
import {
  type EndedTransaction,
  endTransaction,
  type TransactionalCommit,
  txnOffsetCommit,
} from './transactional-offsets.ts';

/** So many deadlines at most are handled in one step; the next follows at once. */
const deadlinesPerStep = 1_000;
/** What became of a partition's records may be some ten thousand bytes, and is written whole. */
const shareDeadlinesPerStep = 100;

/**
 * The consumer groups of one internal partition, of both protocols, as a pure state machine: an event and the time
 * go in, records and replies come out. Its driver must
 * - replay the records of an outcome before it puts the next event,
 * - release an outcome's replies once its records **and those of every outcome before it** are committed
 *   (an answer without records of its own may still tell of what an earlier one recorded),
 * - after a failed append drop the shard and build another from the log, which is what `replay` and then
 *   `loaded` are for; requests that waited are lost with it.
 *
 * `now` is told by two clocks: what runs out runs out by the one that never jumps, the other's time stands in the
 * records. Requests that wait are known by their
 * `token` and answered by later outcomes, each exactly once.
 */
export class GroupCoordinatorShard {
  private readonly deps: GroupDeps;
  private readonly table: GroupTable;
  private readonly encoders = { classic: new RecordEncoder(), consumer: new ConsumerRecordEncoder() };
  private readonly sweep = new RetentionSweep();
  private readonly retention: Deadline<DeadlineSubject> = newDeadline({ kind: 'retention', group: null });

  private readonly shareSweep = new ShareSweep();
  private readonly shareSweepDue: Deadline<ShareDeadline> = newDeadline({ kind: 'sweep' });

  constructor(deps: GroupDeps) {
    this.deps = deps;
    this.table = new GroupTable(deps.accountOf);
  }

  joinGroup(now: Moment, token: number, scope: Scope, request: JoinGroupRequest): Outcome {
    return joinGroup(this.step(now), token, scope, request);
  }

  syncGroup(now: Moment, token: number, scope: Scope, request: SyncGroupRequest): Outcome {
    return syncGroup(this.step(now), token, scope, request);
  }

  heartbeat(now: Moment, token: number, scope: Scope, request: HeartbeatRequest): Outcome {
    return heartbeat(this.step(now), token, scope, request);
  }

  leaveGroup(now: Moment, token: number, scope: Scope, request: LeaveGroupRequest): Outcome {
    return leaveGroup(this.step(now), token, scope, request);
  }

  /** `resolved`: the topics that the request's regular expression stands for, if it brings one. */
  consumerHeartbeat(
    now: Moment,
    token: number,
    scope: Scope,
    request: ConsumerGroupHeartbeatRequest,
    resolved: readonly string[] | null,
  ): Outcome {
    return consumerHeartbeat(this.step(now), token, scope, request, resolved);
  }

  regexResolved(now: Moment, token: number, scope: Scope, resolution: Resolution): Outcome {
    return regexResolved(this.step(now), token, scope, resolution);
  }

  shareHeartbeat(now: Moment, token: number, scope: Scope, request: ShareGroupHeartbeatRequest): Outcome {
    return shareHeartbeat(this.step(now), token, scope, request);
  }

  /** Where a share group is in a partition, of which its leader tells. */
  sharePosition(now: Moment, token: number, who: ShareWho, log: ShareLog): Outcome {
    return sharePosition(this.step(now), token, who, log);
  }

  shareAcquire(
    now: Moment,
    token: number,
    who: ShareWho,
    place: SharePlace,
    read: Omit<Acquisition, 'memberId'>,
  ): Outcome {
    return shareAcquire(this.step(now), token, who, place, read);
  }

  shareAcknowledge(
    now: Moment,
    token: number,
    who: ShareWho,
    said: readonly PlacedAcknowledgements[],
  ): Outcome {
    return shareAcknowledge(this.step(now), token, who, said);
  }

  shareRelease(now: Moment, token: number, who: ShareWho, places: readonly SharePlace[]): Outcome {
    return shareRelease(this.step(now), token, who, places);
  }

  /** Topics by name; unknown ones were refused before. */
  offsetCommit(now: Moment, token: number, scope: Scope, request: OffsetCommitRequest): Outcome {
    return offsetCommit(this.step(now), token, scope, request);
  }

  /** Of an open transaction, which the group is part of. */
  txnOffsetCommit(now: Moment, token: number, scope: Scope, commit: TransactionalCommit): Outcome {
    return txnOffsetCommit(this.step(now), token, scope, commit);
  }

  /** A transaction has ended, of which groups of this shard may have offsets. Answers an error name. */
  endTransaction(now: Moment, token: number, ended: EndedTransaction): Outcome {
    return endTransaction(this.step(now), token, ended);
  }

  /** Only groups that live in this shard, topics by name. */
  offsetFetch(now: Moment, token: number, scope: Scope, request: OffsetFetchRequest): Outcome {
    return offsetFetch(this.step(now), token, scope, request);
  }

  /** Only groups that live in this shard. */
  describeGroups(now: Moment, token: number, scope: Scope, request: DescribeGroupsRequest): Outcome {
    return describeGroups(this.step(now), token, scope, request);
  }

  /** One group of the new protocol. */
  describeConsumerGroup(now: Moment, token: number, scope: Scope, groupId: string): Outcome {
    return describeConsumerGroup(this.step(now), token, scope, groupId);
  }

  describeShareGroup(now: Moment, token: number, scope: Scope, groupId: string): Outcome {
    return describeShareGroup(this.step(now), token, scope, groupId);
  }

  /** The cluster's groups in this shard. */
  listGroups(now: Moment, token: number, scope: Scope, request: ListGroupsRequest): Outcome {
    return listGroups(this.step(now), token, scope, request);
  }

  /** One group; `isMore` in the answer: it is large, ask again. */
  deleteGroup(now: Moment, token: number, scope: Scope, groupId: string): Outcome {
    return deleteGroup(this.step(now), token, scope, groupId);
  }

  deleteOffsets(now: Moment, token: number, scope: Scope, deletion: OffsetDeletion): Outcome {
    return deleteOffsets(this.step(now), token, scope, deletion);
  }

  /** A topic was deleted: what was committed for it is looked for and goes, as soon as there is time. */
  topicDeleted(now: Moment): Outcome {
    this.sweep.restart();
    this.table.deadlines.set(this.retention, now.monotonicMs);
    this.shareSweep.restart();
    this.table.shares.deadlines.set(this.shareSweepDue, now.monotonicMs);
    return this.step(now);
  }

  /** How many groups of the cluster this shard knows. */
  groupCount(clusterId: string): number {
    return this.table.countOf(clusterId);
  }

  /** Applies a record; the only way in which what the log holds changes here. `_offset` is the record's own. */
  replay(record: CoordinatorRecord, _offset: number): void {
    replayRecord(this.table, record);
  }

  /**
   * The log was replayed. Members go on where they were: their sessions start anew, so that a coordinator's
   * restart costs no rebalance.
   */
  loaded(now: Moment): void {
    this.table.isLoaded = true;
    this.table.shares.isLoaded = true;
    const step = this.step(now);
    for (const group of this.table.shares.all()) {
      for (const { session } of group.members.values())
        this.table.shares.deadlines.set(session, now.monotonicMs + shareSettings.sessionTimeoutMs);
    }
    this.table.shares.deadlines.set(this.shareSweepDue, now.monotonicMs);
    for (const group of this.table.all()) {
      for (const member of group.members.values()) step.restartSession(member);
      watchLoaded(step, group);
      if (group.members.size > this.deps.settings.membersMax) prepareRebalance(step, group);
    }
    // What went with its topic or cluster while nobody listened is looked for at once.
    this.table.deadlines.set(this.retention, now.monotonicMs);
  }

  snapshot(): Iterable<CoordinatorRecord> {
    return snapshotGroups(this.table, this.encoders);
  }

  /** The shard is not used any more: what it kept is charged to nobody. */
  dispose(): void {
    this.table.release();
  }

  /** When `expire` has something to do, by the monotonic clock; null: never. */
  nextDeadline(): number | null {
    const next = this.table.deadlines.next();
    const nextShare = this.table.shares.deadlines.next();
    return next === null || nextShare === null ? (next ?? nextShare) : Math.min(next, nextShare);
  }

  /** Lets run out what is due. Call it again while nextDeadline is not in the future. */
  expire(now: Moment): Outcome {
    const step = this.step(now);
    const postponed: Deadline<DeadlineSubject>[] = [];
    for (let count = 0; count < deadlinesPerStep; count += 1) {
      const deadline = this.table.deadlines.takeDue(now.monotonicMs);
      if (deadline === null) break;
      const { group } = deadline.subject;
      // What this step has recorded of a group is not replayed yet: its next deadline waits for that.
      if (group !== null && step.recorded.has(group)) postponed.push(deadline);
      else this.pass(step, deadline.subject);
    }
    for (const deadline of postponed) this.table.deadlines.set(deadline, now.monotonicMs);
    for (let count = 0; count < shareDeadlinesPerStep; count += 1) {
      const deadline = this.table.shares.deadlines.takeDue(now.monotonicMs);
      if (deadline === null) break;
      this.passShare(step, deadline.subject);
    }
    return step;
  }

  private passShare(step: Step, subject: ShareDeadline): void {
    switch (subject.kind) {
      case 'session': {
        const member = subject.group.members.get(subject.memberId);
        if (member !== undefined) removeShareMember(step, subject.group, member);
        return;
      }
      case 'lock':
        shareLockPassed(step, subject.group, subject.placed);
        return;
      case 'sweep': {
        const waitMs = this.shareSweep.run(step) ? 0 : shareSettings.sweepMs;
        this.table.shares.deadlines.set(this.shareSweepDue, step.monotonicMs + waitMs);
        return;
      }
    }
  }

  private pass(step: Step, subject: DeadlineSubject): void {
    switch (subject.kind) {
      case 'session':
        sessionDeadlinePassed(step, subject.group, subject.memberId);
        break;
      case 'join':
        joinDeadlinePassed(step, subject.group);
        break;
      case 'sync':
        syncDeadlinePassed(step, subject.group);
        break;
      case 'consumer-session':
        consumerSessionPassed(step, subject.group, subject.memberId);
        break;
      case 'consumer-rebalance':
        consumerRebalancePassed(step, subject.group, subject.memberId);
        break;
      case 'retention': {
        const isMore = this.sweep.run(step);
        const waitMs = isMore ? 0 : this.deps.settings.offsetsRetentionCheckMs;
        this.table.deadlines.set(this.retention, step.monotonicMs + waitMs);
        return;
      }
    }
    step.dropIfVoid(subject.group);
  }

  private step(now: Moment): Step {
    return new Step(now, this.table, this.deps, this.encoders);
  }
}
