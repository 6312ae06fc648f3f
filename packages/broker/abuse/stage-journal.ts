import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import type { Journal, JournalEntry } from '@weir/metadata-store/memory/journal';

/** Keeps the stage's metadata over a restart of its broker, which is killed but never loses its machine. */
export class StageJournal implements Journal {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async load(): Promise<readonly JournalEntry[]> {
    if (!existsSync(this.#path)) return [];
    const lines = readFileSync(this.#path, 'utf8').split('\n').slice(0, -1);
    // Written by append below, and by nobody else.
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  append(entry: JournalEntry): Promise<void> {
    return appendFile(this.#path, `${JSON.stringify(entry)}\n`);
  }
}
