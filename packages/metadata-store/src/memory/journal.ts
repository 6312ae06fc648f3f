import type { Change } from '../port.ts';

/**
 * Where a memory store keeps what it committed. Entries hold states, not commands: whoever replays them in
 * order has the same store, to the version, whatever clock or random source made it.
 */
export interface Journal {
  /** Every entry that `append` acknowledged, in order; a torn last one is left out. */
  load(): Promise<readonly JournalEntry[]>;
  /** Returns when the entry is durable. Called with one entry at a time; a throw ends the store. */
  append(entry: JournalEntry): Promise<void>;
}

/** One committed mutation as JSON: all of it holds or none of it. */
export interface JournalEntry {
  /** The store's version after it. Unchanged by an entry that only takes producer ids. */
  readonly version: number;
  /** The first producer id that nobody was given. */
  readonly nextProducerId: number;
  /** Removals first, as in a ChangeSet. */
  readonly changes: readonly Change[];
}
