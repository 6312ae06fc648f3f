import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { Step } from '../group/step.ts';
import { shareBounds } from './settings.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareTable } from './share-table.ts';

/** One step writes about so many tombstones at most; the next follows at once. */
const tombstonesPerStep = 1_000;

/** Forgets partitions of topics that are no more, and groups of clusters that are no more. Returns whether there is more to do. */
export function sweepShares(step: Step): boolean {
  for (const group of [...step.table.shares.all()]) {
    if (step.records.length >= tombstonesPerStep) return true;
    if (!step.deps.hasCluster(group.name.clusterId)) forgetShareGroup(step, group);
    else forgetTopics(step, group);
  }
  return false;
}

function forgetTopics(step: Step, group: ShareGroup): void {
  const { shares } = step.table;
  for (const placed of [...group.partitions]) {
    if (step.deps.topicNameOf(group.name.clusterId, placed.topicId) !== null) continue;
    step.records.push(shares.encoder.partition(group.name, placed, null));
    shares.removePartition(group, placed);
  }
}

/** The group ends with all that belongs to it. */
export function forgetShareGroup(step: Step, group: ShareGroup): void {
  const { shares } = step.table;
  for (const memberId of group.members.keys())
    step.records.push(shares.encoder.member(group.name, memberId, null));
  for (const placed of group.partitions)
    step.records.push(shares.encoder.partition(group.name, placed, null));
  step.records.push(shares.encoder.epoch(group.name, null));
  shares.remove(group);
}

/** The records that would make the share groups; each is made when it is asked for. */
export function* snapshotShares(shares: ShareTable): Generator<CoordinatorRecord> {
  for (const group of shares.all()) {
    const isOver = () => shares.find(group.name) !== group;
    yield shares.encoder.epoch(group.name, group.epoch);
    for (const { memberId, subscription } of group.members.values()) {
      if (isOver()) break;
      yield shares.encoder.member(group.name, memberId, subscription);
    }
    for (const placed of group.partitions) {
      if (isOver()) break;
      yield shares.encoder.partition(group.name, placed, placed.share.durable(shareBounds));
    }
  }
}
