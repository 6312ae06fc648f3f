import type { Change, ChangeSet } from '@weir/metadata-store/port';
import type { Cell } from './cell.ts';

/** What a broker knows of its cell, as the store would tell it to one who knows nothing. */
export interface Picture extends ChangeSet {
  /** When the store last said that nothing newer is to be known, milliseconds since the epoch. */
  readonly confirmedMs: number;
}

/** As it is at this moment; null: the store has told nothing yet. Records never change, so it may be written later. */
export function pictureOf(cell: Cell): Picture | null {
  const { version, confirmedMs } = cell;
  if (confirmedMs === null) return null;
  const clusters = [...cell.clusters.values()];
  // Of each kind, in the order in which `changesSince` tells them; whatever is added to them is to be kept as well.
  const of: Readonly<Record<Change['kind'], () => readonly Change[]>> = {
    cluster: () => clusters.map(({ id, record }) => ({ kind: 'cluster', clusterId: id, cluster: record })),
    broker: () => [...cell.brokers].map(([brokerId, broker]) => ({ kind: 'broker', brokerId, broker })),
    credential: () =>
      [...cell.credentials].map(([keyId, credential]) => ({ kind: 'credential', keyId, credential })),
    acls: () => clusters.flatMap(({ access }) => (access === null ? [] : [access])),
    topic: () =>
      clusters.flatMap(({ id, topicsById }) =>
        [...topicsById].map(([topicId, topic]) => {
          return { kind: 'topic', clusterId: id, topicId, topic: topic.record } as const;
        }),
      ),
    // They lie in their topics.
    partitions: () => [],
  };
  return { version, confirmedMs, changes: Object.values(of).flatMap((list) => list()) };
}
