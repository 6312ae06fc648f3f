import { crc32c } from '@node-rs/crc32';
import { withDefaults } from '@weir/metadata-store/memory/journal';
import type { Change } from '@weir/metadata-store/port';
import type { Deps } from '../deps.ts';
import { coordinatorSnapshotTurnBytes } from '../limits.ts';
import type { Picture } from './picture.ts';

const file = 'cell-picture';
const unfinished = 'cell-picture.new';
const noteFile = 'cell-picture-confirmed';
const firstLine = 'weir cell picture, format 1';

interface Head {
  /** Of which cell it is, as this broker's settings name it. */
  readonly cell: string;
  readonly version: number;
  readonly confirmedMs: number;
  /** How many lines follow, each a change. */
  readonly changes: number;
}

/** Why there is no picture that can be shown, for whoever reads the log. */
export type Unusable = 'none' | 'unreadable' | 'of another cell';

/**
 * The broker's picture of its cell, kept beside the logs: lines of JSON between one that names the format and one with
 * a checksum of all before it. It holds the verifiers of keys, so nobody else on the machine may read it.
 */
export class PictureFile {
  readonly #deps: Pick<Deps, 'disk' | 'log'>;
  readonly #cell: string;

  constructor(deps: Pick<Deps, 'disk' | 'log'>, cell: string) {
    this.#deps = deps;
    this.#cell = cell;
  }

  /** Replaces the one before in one step, also where the power goes meanwhile. Gives way between its pieces. */
  async write({ version, confirmedMs, changes }: Picture): Promise<void> {
    const { disk } = this.#deps;
    await disk.remove(unfinished);
    const out = await disk.open(unfinished, 'private');
    try {
      const head: Head = { cell: this.#cell, version, confirmedMs, changes: changes.length };
      let position = 0;
      let checksum = 0;
      const put = async (text: string) => {
        const bytes = Buffer.from(text);
        checksum = crc32c(bytes, checksum);
        await out.write([bytes], position);
        position += bytes.length;
      };
      let lines = `${firstLine}\n${JSON.stringify(head)}\n`;
      for (const change of changes) {
        lines += `${JSON.stringify(change)}\n`;
        if (lines.length < coordinatorSnapshotTurnBytes) continue;
        await put(lines);
        lines = '';
      }
      await put(lines);
      await put(`${checksumLine(checksum)}\n`);
      await out.sync();
    } finally {
      await out.close();
    }
    await disk.rename(unfinished, file);
    await disk.syncDir('');
  }

  /** The picture of that version was still the store's then. Costs little, whatever the picture's size. */
  async confirm({ version, confirmedMs }: Pick<Picture, 'version' | 'confirmedMs'>): Promise<void> {
    await this.#deps.disk.replace(noteFile, Buffer.from(`${version} ${confirmedMs}\n`));
  }

  /** The last one that was written whole. What cannot be read says so in the log, and is as good as none. */
  async read(): Promise<Picture | Unusable> {
    const { disk, log } = this.#deps;
    try {
      const bytes = await disk.readWhole(file);
      if (bytes === null) return 'none';
      const { head, changes } = parse(bytes);
      if (head.cell !== this.#cell) return 'of another cell';
      const note = (await disk.readWhole(noteFile))?.toString('latin1') ?? '';
      const [, version, noted] = /^(\d{1,15}) (\d{1,15})\n$/.exec(note) ?? [];
      const notedMs = Number(version) === head.version ? Number(noted) : 0;
      const confirmedMs = Math.max(head.confirmedMs, notedMs);
      return { version: head.version, confirmedMs, changes };
    } catch (cause) {
      log.warn('picture.unreadable', {}, cause);
      return 'unreadable';
    }
  }
}

const checksumLine = (checksum: number) => `crc32c ${checksum.toString(16).padStart(8, '0')}`;

/** Throws where it is not what `write` has written. */
function parse(bytes: Buffer): { readonly head: Head; readonly changes: readonly Change[] } {
  const lines = linesOf(bytes);
  const last = lines.at(-1);
  if (lines[0]?.text !== firstLine) throw new Error(`the format is unknown: ${lines[0]?.text.slice(0, 80)}`);
  if (last?.text !== checksumLine(crc32c(bytes.subarray(0, last?.at))))
    throw new Error('the checksum is wrong');
  // What has the checksum is what `write` of this format has written.
  const head = JSON.parse(lines[1]?.text ?? '') as Head;
  const changes = lines.slice(2, -1).map(({ text }) => JSON.parse(text) as Change);
  if (changes.length !== head.changes)
    throw new Error(`${changes.length} of ${head.changes} changes are there`);
  return { head, changes: withDefaults({ version: head.version, nextProducerId: 0, changes }).changes };
}

/** One by one: as one string it might be larger than a string can be. */
function linesOf(bytes: Buffer): readonly { readonly at: number; readonly text: string }[] {
  const lines: { readonly at: number; readonly text: string }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) throw new Error('the last line has no end');
    lines.push({ at, text: bytes.toString('utf8', at, end) });
    at = end + 1;
  }
  return lines;
}
