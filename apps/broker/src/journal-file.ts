import { mkdirSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Journal, JournalEntry } from '@weir/metadata-store/memory/journal';

/**
 * The standalone broker's metadata beside its logs: one JSON line an entry, synced before it counts. A
 * last line without its newline was never acknowledged; it is cut off. Any other damage stops the start.
 */
export class JournalFile implements Journal {
  readonly #path: string;
  #file: FileHandle | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<readonly JournalEntry[]> {
    mkdirSync(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, 'a+');
    this.#file = file;
    const bytes = await readFile(this.#path);
    const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
    if (wholeBytes < bytes.length) await file.truncate(wholeBytes);
    const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
    return lines.map((line, index) => this.#parse(line, index));
  }

  #parse(line: string, index: number): JournalEntry {
    try {
      // Written by append below, and by nobody else.
      return JSON.parse(line) as JournalEntry;
    } catch (cause) {
      throw new Error(`${this.#path}: line ${index + 1} is damaged`, { cause });
    }
  }

  async append(entry: JournalEntry): Promise<void> {
    if (this.#file === null) throw new Error('the journal was not loaded');
    await this.#file.appendFile(`${JSON.stringify(entry)}\n`);
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }
}
