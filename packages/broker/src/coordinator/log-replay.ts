import type { CoordinatorRecord } from './outcome.ts';
import { readSnapshotMark } from './snapshot-records.ts';

/** A state that records add up to. */
export interface ReplayedState {
  replay(record: CoordinatorRecord, offset: number): void;
  dispose(): void;
}

interface Candidate<State> {
  readonly state: State;
  readonly beginOffset: number;
  readonly beganAtBytes: number;
}

/**
 * Turns a log into the state that it adds up to, in one pass: all of its records, or where a whole
 * snapshot lies among them, those from its begin on. Whether a snapshot was finished shows only at its end, so
 * until then two states grow side by side.
 */
export class LogReplay<State extends ReplayedState> {
  readonly #create: () => State;
  #state: State;
  #candidate: Candidate<State> | null = null;
  #isFresh = true;
  #bytes = 0;
  #snapshotBytes = 0;
  #bytesAtSnapshotEnd = 0;

  constructor(create: () => State) {
    this.#create = create;
    this.#state = create();
  }

  /** The next record; throws what the state throws of it, and can go on with the one after. */
  replay(record: CoordinatorRecord, offset: number): void {
    const mark = readSnapshotMark(record);
    if (mark === null) {
      this.#isFresh = false;
      this.#candidate?.state.replay(record, offset);
      if (this.#candidate?.state !== this.#state) this.#state.replay(record, offset);
      return;
    }
    if (mark.kind === 'begin') this.#begin(offset);
    else if (mark.beginOffset === this.#candidate?.beginOffset) this.#end(this.#candidate);
  }

  /** So many bytes of the log have been replayed with the last records. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Something of the log cannot be read: a snapshot that it belongs to would not be whole. */
  damaged(): void {
    this.#giveUpCandidate();
  }

  /** The state, with the bytes of the snapshot that it began with and of what came after it. */
  finish(): { readonly state: State; readonly snapshotBytes: number; readonly bytesSince: number } {
    this.#giveUpCandidate();
    return {
      state: this.#state,
      snapshotBytes: this.#snapshotBytes,
      bytesSince: this.#bytes - this.#bytesAtSnapshotEnd,
    };
  }

  dispose(): void {
    this.#giveUpCandidate();
    this.#state.dispose();
  }

  #begin(beginOffset: number): void {
    this.#giveUpCandidate();
    // With nothing before the begin both states would be the same.
    const state = this.#isFresh ? this.#state : this.#create();
    this.#candidate = { state, beginOffset, beganAtBytes: this.#bytes };
  }

  #end(candidate: Candidate<State>): void {
    if (candidate.state !== this.#state) this.#state.dispose();
    this.#state = candidate.state;
    this.#candidate = null;
    this.#snapshotBytes = this.#bytes - candidate.beganAtBytes;
    this.#bytesAtSnapshotEnd = this.#bytes;
  }

  #giveUpCandidate(): void {
    if (this.#candidate !== null && this.#candidate.state !== this.#state) this.#candidate.state.dispose();
    this.#candidate = null;
  }
}
