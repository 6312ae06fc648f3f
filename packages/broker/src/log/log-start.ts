import type { Disk } from '../deps.ts';

/** Where records begin that were not deleted; what lies before goes from the disk a segment at a time (KIP-107). */
const logStartFile = 'log-start-offset';

/** Durable when it returns: who deleted records is not shown them again. */
export async function writeLogStart(disk: Disk, dir: string, offset: number): Promise<void> {
  await disk.replace(`${dir}/${logStartFile}`, Buffer.from(`0\n${offset}\n`));
  await disk.syncDir(dir);
}

export function removeLogStart(disk: Disk, dir: string): Promise<void> {
  return disk.remove(`${dir}/${logStartFile}`);
}

/**
 * 0: nobody deleted any. A log that ends before it has lost its end, and gets records there anew, which nobody has
 * deleted: from then on it is where the log ends.
 */
export async function readLogStart(
  disk: Disk,
  dir: string,
  names: readonly string[],
  endOffset: number,
): Promise<number> {
  if (!names.includes(logStartFile)) return 0;
  const bytes = await disk.readWhole(`${dir}/${logStartFile}`);
  const offset = Number(/^0\n(\d+)\n$/.exec(bytes?.toString('latin1') ?? '')?.[1] ?? 0);
  if (offset <= endOffset) return offset;
  await writeLogStart(disk, dir, endOffset);
  return endOffset;
}
