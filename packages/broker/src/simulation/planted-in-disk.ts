import type { Bug } from './faults.ts';

const indexEntryBytes = 8;
/** Where a position in a log is wrong, so many bytes. */
const positionErrorBytes = 61;

/** What the disk stores of these bytes, which are copied. */
export function bytesWithBug(bug: Bug | null, path: string, bytes: Buffer): Buffer {
  if (bug === 'recovery-point-too-far' && path.endsWith('/recovery-point')) {
    const moved = bytes
      .toString('latin1')
      .replace(/\d+\n$/, (last) => `${parseInt(last, 10) + positionErrorBytes}\n`);
    return Buffer.from(moved, 'latin1');
  }
  const copy = Buffer.from(bytes);
  if (bug === 'index-points-past' && path.endsWith('.index')) {
    // Relative offset, then position: the entry claims offsets that lie before what it points to.
    for (let at = 0; at + indexEntryBytes <= copy.length; at += indexEntryBytes)
      copy.writeInt32BE(Math.max(copy.readInt32BE(at) - 3, 0), at);
  }
  return copy;
}

/** What goes beside what is removed. */
export function namesWithBug(bug: Bug | null, path: string, names: readonly string[]): readonly string[] {
  if (bug !== 'removal-takes-next' || !path.endsWith('.log')) return [];
  const dir = path.slice(0, path.lastIndexOf('/') + 1);
  const segments = names.filter((name) => name.startsWith(dir) && name.endsWith('.log')).sort();
  return segments.slice(segments.indexOf(path) + 1, segments.indexOf(path) + 2);
}
