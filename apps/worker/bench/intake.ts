import { setTimeout as delay } from 'node:timers/promises';
import {
  type UsageReport,
  usageQueue,
  usageReportJob,
  usageReportJobId,
} from '@weir/contracts/jobs/usage-report';
import type { ControlDb } from '@weir/db/control';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { clusterIds } from './fill.ts';

const rowsPerReport = 5;
const atOnce = 1_000;

/** Of further brokers, so that none is known: each of another moment, and of several clusters. */
const reportOf = (nth: number, nowMs: number): UsageReport => {
  const windowStartMs = Math.floor(nowMs / 10_000) * 10_000 - Math.floor(nth / 2_000) * 10_000;
  return {
    ...{ brokerId: 1_000 + (nth % 2_000), bootEpoch: 1, windowStartMs, windowEndMs: windowStartMs + 10_000 },
    rows: Array.from({ length: rowsPerReport }, (_, row) => ({
      clusterId: clusterIds[(nth + row) % clusterIds.length] ?? '',
      principal: `User:sa-${nth % 10}`,
      keyId: `KEY${nth % 10}`,
      topic: row === 4 ? '' : `topic-${(nth + row) % 50}`,
      meter:
        row === 4 ? ('requests' as const) : row % 2 === 0 ? ('bytes_in' as const) : ('bytes_out' as const),
      quantity: 1_000,
    })),
  };
};

/** So many windows, as jobs that wait, through the worker into Postgres: how many a second. */
export const measureIntake = async (
  db: ControlDb,
  redisUrl: string,
  startWorker: () => Promise<unknown>,
  count: number,
): Promise<number> => {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue(usageQueue, { connection });
  const nowMs = Date.now();
  for (let from = 0; from < count; from += atOnce) {
    const reports = Array.from({ length: Math.min(atOnce, count - from) }, (_, at) =>
      reportOf(from + at, nowMs),
    );
    await queue.addBulk(
      reports.map((report) => ({
        name: usageReportJob,
        data: report,
        opts: { jobId: usageReportJobId(report), removeOnComplete: { age: 3_600 } },
      })),
    );
  }
  const taken = () => db.usageWindow.count({ where: { brokerId: { gte: 1_000 } } });
  await startWorker();
  while ((await taken()) === 0) await delay(20);
  const [before, startedAt] = [await taken(), performance.now()];
  let now = before;
  while (now < count) {
    await delay(200);
    now = await taken();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await queue.close();
  connection.disconnect();
  return (count - before) / seconds;
};
