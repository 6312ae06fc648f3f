import { dayMs } from '@weir/billing/period';
import type { ControlDb } from '@weir/db/control';

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
