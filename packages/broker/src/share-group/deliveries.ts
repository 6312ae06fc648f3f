import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Step } from '../group/step.ts';
import { shareBounds } from './settings.ts';
import {
  type PlacedShare,
  runsBytes,
  type ShareGroup,
  type SharePlace,
  sharePartitionBytes,
} from './share-group.ts';
import {
  type Acknowledgement,
  type Acquired,
  type Acquisition,
  newSharePartition,
} from './share-partition.ts';

/** Which member of which group. */
export interface ShareWho {
  readonly clusterId: string;
  readonly groupId: string;
  readonly memberId: string;
}

/** A partition's log as its leader knows it. */
export interface ShareLog extends SharePlace {
  readonly startOffset: number;
  readonly highWatermark: number;
}

/** Where the member may read on; null: there is nothing that it may be given now. */
export interface SharePosition {
  readonly error: ErrorName;
  readonly offset: number | null;
}

/**
 * Where the group is in a partition. One that it has not read yet begins at the end, as share.auto.offset.reset has it by
 * default, and that is durable before anything is given out.
 */
export function sharePosition(step: Step, token: number, who: ShareWho, log: ShareLog): Step {
  const answer = (error: ErrorName, offset: number | null = null) =>
    step.reply(token, { error, offset } satisfies SharePosition);
  const group = step.table.shares.find(who);
  if (group === undefined) return answer('GROUP_ID_NOT_FOUND');
  let placed = group.find(log);
  if (placed === undefined) {
    if (!step.hasRoom(who.clusterId, sharePartitionBytes)) return answer('POLICY_VIOLATION');
    placed = group.place(log, newSharePartition(log.highWatermark));
    keep(step, group, placed);
  } else if (placed.share.begin(log.startOffset)) keep(step, group, placed);
  return answer('NONE', placed.share.nextOffset(shareBounds));
}

/** Gives the member what nobody else has of what was read, under locks; answers what that is. */
export function shareAcquire(
  step: Step,
  token: number,
  who: ShareWho,
  place: SharePlace,
  read: Omit<Acquisition, 'memberId'>,
): Step {
  const group = step.table.shares.find(who);
  const placed = group?.find(place);
  const nothing: readonly Acquired[] = [];
  if (group === undefined || placed === undefined) return step.reply(token, nothing);
  // A run that is given in part becomes three.
  if (!step.hasRoom(who.clusterId, runsBytes(2))) return step.reply(token, nothing);
  const acquired = placed.share.acquire(step.monotonicMs, shareBounds, { ...read, memberId: who.memberId });
  group.recharge(placed);
  watch(step, placed);
  return step.reply(token, acquired);
}

export interface PlacedAcknowledgements extends SharePlace {
  readonly acknowledgements: readonly Acknowledgement[];
}

/** Takes what the member says of its records; answers an error name for each partition, once what it says is durable. */
export function shareAcknowledge(
  step: Step,
  token: number,
  who: ShareWho,
  said: readonly PlacedAcknowledgements[],
): Step {
  const group = step.table.shares.find(who);
  const errors = said.map(({ acknowledgements, ...place }): ErrorName => {
    const placed = group?.find(place);
    if (group === undefined || placed === undefined) return 'INVALID_RECORD_STATE';
    const { share } = placed;
    const problem = share.acknowledge(step.monotonicMs, shareBounds, who.memberId, acknowledgements);
    if (problem !== null) return problem;
    changed(step, group, placed);
    return 'NONE';
  });
  return step.reply(token, errors);
}

/** The member's session has ended: others may have what it had in these partitions. */
export function shareRelease(step: Step, token: number, who: ShareWho, places: readonly SharePlace[]): Step {
  const group = step.table.shares.find(who);
  for (const place of places) {
    const placed = group?.find(place);
    if (group === undefined || placed === undefined) continue;
    if (placed.share.release(who.memberId, shareBounds)) changed(step, group, placed);
  }
  return step.reply(token, null);
}

/** Locks have ended that nobody has spoken of. */
export function shareLockPassed(step: Step, group: ShareGroup, placed: PlacedShare): void {
  if (placed.share.expire(step.monotonicMs, shareBounds)) changed(step, group, placed);
  else watch(step, placed);
}

function changed(step: Step, group: ShareGroup, placed: PlacedShare): void {
  group.recharge(placed);
  keep(step, group, placed);
  watch(step, placed);
  step.deps.shareChanged(group.name);
}

function keep(step: Step, group: ShareGroup, placed: PlacedShare): void {
  const { encoder } = step.table.shares;
  step.records.push(encoder.partition(group.name, placed, placed.share.durable(shareBounds)));
}

function watch(step: Step, { share, lock }: PlacedShare): void {
  const { deadlines } = step.table.shares;
  const end = share.nextLockEnd();
  if (end === null) deadlines.cancel(lock);
  else deadlines.set(lock, end);
}
