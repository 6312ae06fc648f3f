import type { RunningBroker } from './contestant.ts';
import { type Figure, figure, type Load, load } from './load.ts';

const million = 1_000_000;
const kb = 1_000;

/** Every case over one fresh broker; `scale` below 1 makes all of them shorter. */
export async function measure(
  target: Load,
  broker: RunningBroker,
  scale: number,
  settle: () => Promise<void>,
): Promise<Figure[]> {
  const figures: Figure[] = [];
  const many = Math.round(million * scale);
  const cpu = async (name: string, gigabytes: number, work: () => Promise<Figure>) => {
    const before = broker.cpuSeconds();
    figures.push(await work());
    figures.push(figure(`broker CPU, ${name}`, 's/GB', 'lower', (broker.cpuSeconds() - before) / gigabytes));
    await settle();
  };
  const produce = (
    topic: string,
    partitions: number,
    records: number,
    bytes: number,
    codec: string,
    idempotent: boolean,
  ) => load(target, 'produce', topic, partitions, records, bytes, codec, String(idempotent));

  await load(target, 'create', 'one', 1);
  await load(target, 'create', 'hundred', 100);
  await produce('warm', 1, many / 5, kb, 'none', false);
  await cpu('produce 1 KB', (many * kb) / 1e9, async () => {
    const { mbPerSecond } = await produce('one', 1, many, kb, 'none', false);
    return figure('produce 1 KB, 1 partition', 'MB/s', 'higher', mbPerSecond);
  });
  await cpu('consume 1 KB', (many * kb) / 1e9, async () => {
    const { mbPerSecond } = await load(target, 'consume', 'one', 1, many);
    return figure('consume 1 KB, 1 partition', 'MB/s', 'higher', mbPerSecond);
  });
  const hundred = await produce('hundred', 100, many, kb, 'none', false);
  figures.push(figure('produce 1 KB, 100 partitions', 'MB/s', 'higher', hundred.mbPerSecond));
  await settle();
  const consumed = await load(target, 'consume', 'hundred', 100, many);
  figures.push(figure('consume 1 KB, 100 partitions', 'MB/s', 'higher', consumed.mbPerSecond));
  const idempotent = await produce('idempotent', 1, many, kb, 'none', true);
  figures.push(figure('produce 1 KB, idempotent', 'MB/s', 'higher', idempotent.mbPerSecond));
  await settle();
  const small = await produce('small', 1, many * 3, 100, 'none', false);
  figures.push(figure('produce 100 B', 'thousand records/s', 'higher', small.recordsPerSecond / 1e3));
  await settle();
  const lz4 = await produce('lz4', 1, many, kb, 'lz4', false);
  figures.push(figure('produce 1 KB, lz4', 'MB/s', 'higher', lz4.mbPerSecond));
  await settle();
  figures.push(...(await unbatched(target, broker, scale, settle)));
  figures.push(figure('resident after load', 'MB', 'lower', broker.residentMb()));
  return figures;
}

async function unbatched(
  target: Load,
  broker: RunningBroker,
  scale: number,
  settle: () => Promise<void>,
): Promise<Figure[]> {
  const count = Math.round(50_000 * scale);
  const before = broker.cpuSeconds();
  const { requestsPerSecond } = await load(target, 'requests', 'requests', count);
  const cpuSeconds = ((broker.cpuSeconds() - before) * 100_000) / count;
  await settle();
  const figures = [
    figure('unbatched requests, one connection', '1/s', 'higher', requestsPerSecond),
    figure('broker CPU, 100,000 requests', 's', 'lower', cpuSeconds),
  ];
  for (const rate of [1_000, 10_000]) {
    const { p50Ms, p99Ms } = await load(
      target,
      'latency',
      `latency-${rate}`,
      rate,
      Math.max(2, Math.round(5 * scale)),
    );
    figures.push(figure(`acknowledged at ${rate}/s, p50`, 'ms', 'lower', p50Ms));
    figures.push(figure(`acknowledged at ${rate}/s, p99`, 'ms', 'lower', p99Ms));
    await settle();
  }
  return figures;
}
