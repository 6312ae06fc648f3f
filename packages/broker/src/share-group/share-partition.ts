import { cover, isSettled, joined, type Run, type Runs, RunsAhead, splice } from './record-runs.ts';

/** By how an acknowledgement names them (ShareAcknowledge, AcknowledgeTypes). */
export const acknowledgeTypes = { gap: 0, accept: 1, release: 2, reject: 3, renew: 4 } as const;

export interface ShareBounds {
  /** share.delivery.count.limit */
  readonly deliveriesMax: number;
  /** share.partition.max.record.locks: from the first record that is not settled to the last that was given out. */
  readonly recordsInFlightMax: number;
  /** share.record.lock.duration.ms */
  readonly lockMs: number;
}

export interface OffsetRange {
  readonly first: number;
  /** Inclusive. */
  readonly last: number;
}

export interface Acknowledgement extends OffsetRange {
  /** One for all of them, or one for each. */
  readonly types: readonly number[];
}

export interface Acquired extends OffsetRange {
  readonly deliveryCount: number;
}

export interface Acquisition {
  readonly memberId: string;
  /** The batches that were read, in order. */
  readonly batches: readonly OffsetRange[];
  readonly recordsMax: number;
  /** Whether `recordsMax` holds to the record; otherwise a batch that was begun is given whole. */
  readonly isExact: boolean;
}

/** What of a share-partition outlives its coordinator. */
export interface DurableShare {
  readonly startOffset: number;
  readonly runs: Runs;
}

/** One acquisition takes at most so many runs, each of which is a walk along all of them. */
const runsTakenMax = 64;

export type AcknowledgeProblem = 'INVALID_REQUEST' | 'INVALID_RECORD_STATE';

/**
 * One partition as one share group has it (KIP-932): which records its members have, and which are dealt with. All
 * before the start offset is settled. A lock that ends, an acknowledgement and a release change what is durable; that a
 * record was given out is not, so that a member that a coordinator's end has cut off may see it again.
 */
export class SharePartition {
  private from: number;
  private current: Runs;

  constructor({ startOffset, runs }: DurableShare) {
    this.from = startOffset;
    this.current = runs;
    this.settle();
  }

  get startOffset(): number {
    return this.from;
  }

  get runs(): Runs {
    return this.current;
  }

  /** The first record that a member may be given; null: as many are in flight as may be. */
  nextOffset({ recordsInFlightMax }: ShareBounds): number | null {
    let next = this.from;
    for (const run of this.current) {
      if (run.first > next || run.state === 'available') break;
      next = run.last + 1;
    }
    return next < this.from + recordsInFlightMax ? next : null;
  }

  /** Gives the member what it may have of the batches, for as long as a lock lasts. */
  acquire(now: number, bounds: ShareBounds, acquisition: Acquisition): Acquired[] {
    const { memberId, batches, isExact } = acquisition;
    const lockedUntilMs = now + bounds.lockMs;
    const end = this.from + bounds.recordsInFlightMax - 1;
    const acquired: Acquired[] = [];
    let left = acquisition.recordsMax;
    for (const batch of batches) {
      if (left <= 0 || acquired.length >= runsTakenMax) break;
      const first = Math.max(batch.first, this.from);
      const last = Math.min(batch.last, end);
      for (const run of first <= last ? cover(this.current, first, last) : []) {
        if (run.state !== 'available') continue;
        if ((isExact && left <= 0) || acquired.length >= runsTakenMax) break;
        const runLast = isExact ? Math.min(run.last, run.first + left - 1) : run.last;
        const deliveryCount = run.deliveryCount + 1;
        const taken: Run = {
          ...run,
          ...{ last: runLast, state: 'acquired', deliveryCount, memberId, lockedUntilMs },
        };
        this.current = splice(this.current, taken.first, taken.last, [taken]);
        acquired.push({ first: taken.first, last: taken.last, deliveryCount });
        left -= taken.last - taken.first + 1;
      }
    }
    return acquired;
  }

  /** Takes all of what a member says of its records, or, with the problem, nothing of it. */
  acknowledge(
    now: number,
    bounds: ShareBounds,
    memberId: string,
    acknowledgements: readonly Acknowledgement[],
  ): AcknowledgeProblem | null {
    const rest = new RunsAhead(this.current);
    let next = 0;
    for (const { first, last, types } of acknowledgements) {
      if (first < next || last < first || !areTypes(types, last - first + 1)) return 'INVALID_REQUEST';
      next = last + 1;
      // Before the runs are cut in pieces: nobody has more in flight than this.
      if (last - first >= bounds.recordsInFlightMax) return 'INVALID_RECORD_STATE';
      rest.passBefore(first);
      for (let at = first; at <= last; ) {
        const run = rest.takeFrom(at, last);
        if (run === null || run.state !== 'acquired' || run.memberId !== memberId)
          return 'INVALID_RECORD_STATE';
        for (const told of pieces(run, first, types)) rest.put(decide(told.run, told.type, now, bounds));
        at = run.last + 1;
      }
    }
    this.current = rest.finish();
    this.settle();
    return null;
  }

  /** Lets others have what the member has. Whether there was anything. */
  release(memberId: string, bounds: ShareBounds): boolean {
    return this.free((run) => run.memberId === memberId, bounds);
  }

  /** Lets others have what was locked until now. Whether there was anything. */
  expire(now: number, bounds: ShareBounds): boolean {
    return this.free((run) => run.lockedUntilMs <= now, bounds);
  }

  /** When the next lock ends, by the monotonic clock; null: there is none. */
  nextLockEnd(): number | null {
    let earliest: number | null = null;
    for (const { state, lockedUntilMs } of this.current) {
      if (state === 'acquired') earliest = Math.min(earliest ?? lockedUntilMs, lockedUntilMs);
    }
    return earliest;
  }

  /** The log begins there by now: what was before is nobody's any more. Whether that changed anything. */
  begin(logStartOffset: number): boolean {
    if (logStartOffset <= this.from) return false;
    this.current = this.current.flatMap((run) =>
      run.last < logStartOffset ? [] : [{ ...run, first: Math.max(run.first, logStartOffset) }],
    );
    this.from = logStartOffset;
    this.settle();
    return true;
  }

  /** Records that a member has are told as delivered so often, and as nobody's. */
  durable(bounds: ShareBounds): DurableShare {
    const runs = this.current.map((run) => (run.state === 'acquired' ? freed(run, bounds) : run));
    return { startOffset: this.from, runs: joined(runs) };
  }

  private free(isFreed: (run: Run) => boolean, bounds: ShareBounds): boolean {
    const runs = this.current.map((run) =>
      run.state === 'acquired' && isFreed(run) ? freed(run, bounds) : run,
    );
    const isChanged = runs.some((run, index) => run !== this.current[index]);
    this.current = joined(runs);
    this.settle();
    return isChanged;
  }

  /** What is settled at the start is behind it. */
  private settle(): void {
    let count = 0;
    for (const run of this.current) {
      if (run.first > this.from || !isSettled(run)) break;
      this.from = run.last + 1;
      count += 1;
    }
    if (count > 0) this.current = this.current.slice(count);
  }
}

/** Nobody has them any more, and somebody may, unless they were given out as often as may be. */
function freed(run: Run, { deliveriesMax }: ShareBounds): Run {
  const state = run.deliveryCount >= deliveriesMax ? 'archived' : 'available';
  return { ...run, state, memberId: null, lockedUntilMs: 0 };
}

function areTypes(types: readonly number[], count: number): boolean {
  if (types.length !== 1 && types.length !== count) return false;
  return types.every((type) => type >= acknowledgeTypes.gap && type <= acknowledgeTypes.renew);
}

interface Told {
  readonly run: Run;
  readonly type: number;
}

/** The run by what is said of it; `first`: the offset that the first type is about. */
function pieces(run: Run, first: number, types: readonly number[]): Told[] {
  const [only = acknowledgeTypes.gap] = types;
  if (types.length === 1) return [{ run, type: only }];
  const told: Told[] = [];
  for (let offset = run.first; offset <= run.last; offset += 1) {
    const type = types[offset - first] ?? acknowledgeTypes.gap;
    const former = told.at(-1);
    if (former?.type === type) told[told.length - 1] = { type, run: { ...former.run, last: offset } };
    else told.push({ type, run: { ...run, first: offset, last: offset } });
  }
  return told;
}

function decide(run: Run, type: number, now: number, bounds: ShareBounds): Run {
  switch (type) {
    case acknowledgeTypes.accept:
      return { ...run, state: 'acknowledged', memberId: null, lockedUntilMs: 0 };
    case acknowledgeTypes.release:
      return freed(run, bounds);
    case acknowledgeTypes.renew:
      return { ...run, lockedUntilMs: now + bounds.lockMs };
    default:
      // A gap has no record, and what was rejected nobody is to have again.
      return { ...run, state: 'archived', memberId: null, lockedUntilMs: 0 };
  }
}

/** A share-partition that begins at this offset and of which nobody has had anything. */
export function newSharePartition(startOffset: number): SharePartition {
  return new SharePartition({ startOffset, runs: [] });
}
