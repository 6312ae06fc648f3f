import type { CoordinatorRecord } from '../coordinator/outcome.ts';
import type { Step } from '../group/step.ts';
import { shareBounds } from './settings.ts';
import type { ShareGroup } from './share-group.ts';
import type { ShareTable } from './share-table.ts';

/** One step writes about so many tombstones at most, and looks at about so many partitions; the next follows at once. */
const tombstonesPerStep = 1_000;
const partitionsPerStep = 20_000;

/** Forgets partitions of topics that are no more, and groups of clusters that are no more, a step at a time. */
export class ShareSweep {
  private groups: Iterator<ShareGroup> | null = null;

  /** The next step begins anew: something has changed that groups already gone through may care about. */
  restart(): void {
    this.groups = null;
  }

  /** Returns whether there is more to do. */
  run(step: Step): boolean {
    this.groups ??= step.table.shares.all()[Symbol.iterator]();
    for (let visited = 0; visited < partitionsPerStep && step.records.length < tombstonesPerStep; ) {
      const next = this.groups.next();
      if (next.done === true) {
        this.groups = null;
        return false;
      }
      const group = next.value;
      if (step.table.shares.find(group.name) !== group) continue;
      if (!step.deps.hasCluster(group.name.clusterId)) forgetShareGroup(step, group, tombstonesPerStep);
      else visited += 1 + forgetTopics(step, group);
    }
    return true;
  }
}

/** Returns how many partitions it has looked at. */
function forgetTopics(step: Step, group: ShareGroup): number {
  const { shares } = step.table;
  let visited = 0;
  for (const placed of group.partitions) {
    visited += 1;
    if (step.deps.topicNameOf(group.name.clusterId, placed.topicId) !== null) continue;
    step.records.push(shares.encoder.partition(group.name, placed, null));
    shares.removePartition(group, placed);
  }
  return visited;
}

/** The group ends with all that belongs to it, at most so many partitions at once. Returns whether there are more. */
export function forgetShareGroup(step: Step, group: ShareGroup, partitionsMax: number): boolean {
  const { shares } = step.table;
  let left = partitionsMax;
  for (const placed of group.partitions) {
    if (left === 0) return true;
    step.records.push(shares.encoder.partition(group.name, placed, null));
    shares.removePartition(group, placed);
    left -= 1;
  }
  for (const memberId of group.members.keys())
    step.records.push(shares.encoder.member(group.name, memberId, null));
  step.records.push(shares.encoder.epoch(group.name, null));
  shares.remove(group);
  return false;
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
