import { dayMs, hourMs } from '@weir/billing/period';
import { clusterKinds } from '@weir/contracts/cluster-kinds';
import type { ControlDb } from '@weir/db/control';
import type { TopicRecord } from '@weir/metadata-store/model';
import type { StoredTopic } from './expected-bytes.ts';

/** What costs by how long it is there, whoever does something with it. */
export interface Kept {
  readonly partitions: bigint;
  readonly storedBytes: bigint;
}

const minuteMs = 60_000;
/** Brokers report windows of ten seconds, and the last of a minute comes some seconds after it. */
const settledMs = 30_000;
/** As long as a deleted cluster can be restored, and some days. */
const lookedBackMs = 10 * dayMs;

/** What was there of a cluster, or of one topic of it, in the last whole minute that it was heard of; nothing if it never was. */
export const readKept = async (
  db: ControlDb,
  clusterId: string,
  topic: string | null,
  nowMs: number,
): Promise<Kept> => {
  const until = new Date(Math.floor((nowMs - settledMs) / minuteMs) * minuteMs);
  const [last] = await db.usageMinute.findMany({
    where: {
      clusterId,
      meter: 'partition_seconds',
      minute: { gte: new Date(nowMs - lookedBackMs), lt: until },
    },
    orderBy: { minute: 'desc' },
    take: 1,
    select: { minute: true },
  });
  if (last === undefined) return { partitions: 0n, storedBytes: 0n };
  const sums = await db.usageMinute.groupBy({
    by: ['meter'],
    where: {
      clusterId,
      minute: last.minute,
      meter: { in: ['partition_seconds', 'stored_byte_seconds'] },
      ...(topic === null ? {} : { topic }),
    },
    _sum: { quantity: true },
  });
  const perSecond = (meter: string) => {
    const sum = sums.find((row) => row.meter === meter)?._sum.quantity ?? 0n;
    const seconds = BigInt(minuteMs / 1_000);
    return (sum + seconds / 2n) / seconds;
  };
  return { partitions: perSecond('partition_seconds'), storedBytes: perSecond('stored_byte_seconds') };
};

const lastDayHours = 24;

/** How much was written to a topic in the last day, or since it is there; a part of an hour counts as far as it has come. */
export const readWritten = async (
  db: ControlDb,
  { clusterId, name, partitions }: TopicRecord,
  nowMs: number,
): Promise<Pick<StoredTopic, 'writtenBytes' | 'writtenSeconds'>> => {
  const thisHour = Math.floor(nowMs / hourMs) * hourMs;
  const hours = Array.from({ length: lastDayHours }, (_, back) => new Date(thisHour - back * hourMs));
  // Each column in front of the topic is named, so that no row of another topic is read.
  const sums = await db.usageHour.groupBy({
    by: ['meter'],
    where: {
      ...{ clusterId, hour: { in: hours }, kind: { in: [...clusterKinds] } },
      ...{ meter: { in: ['bytes_in', 'partition_seconds'] }, topic: name },
    },
    _sum: { quantity: true },
  });
  const sumOf = (meter: string) => sums.find((row) => row.meter === meter)?._sum.quantity ?? 0n;
  return {
    writtenBytes: sumOf('bytes_in'),
    writtenSeconds: sumOf('partition_seconds') / BigInt(Math.max(1, partitions.length)),
  };
};
