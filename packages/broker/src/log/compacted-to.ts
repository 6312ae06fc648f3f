import type { Disk } from '../deps.ts';

/** Up to where a log was compacted; what lies behind is dirty. It differs from replica to replica. */
const compactedToFile = 'compacted-to';

export async function writeCompactedTo(disk: Disk, dir: string, offset: number): Promise<void> {
  await disk.replace(`${dir}/${compactedToFile}`, Buffer.from(`0\n${offset}\n`));
}

/** 0 where it is not known: to compact once more changes nothing. */
export async function readCompactedTo(disk: Disk, dir: string): Promise<number> {
  const bytes = await disk.readWhole(`${dir}/${compactedToFile}`);
  return Number(/^0\n(\d+)\n$/.exec(bytes?.toString('latin1') ?? '')?.[1] ?? 0);
}

/** Before a log is cut: what is written there anew is dirty. */
export function removeCompactedTo(disk: Disk, dir: string): Promise<void> {
  return disk.remove(`${dir}/${compactedToFile}`);
}
