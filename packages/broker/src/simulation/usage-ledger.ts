import type { CountedRow, Meter, UsageReport, UsageSink } from '../deps.ts';
import { usageHoldMs } from '../limits.ts';
import type { Bug } from './faults.ts';
import { Violation, type World } from './world.ts';

interface Moved {
  /** When it may have been counted at the earliest. */
  readonly fromMs: number;
  readonly atMs: number;
  readonly bytes: number;
}

/** How long a report or what is held may take to be in safety, milliseconds. */
const sinkMsMax = 5;
/** What a broker that is killed may not have brought to safety: since the last time, and while that was under way. */
const lostMsMax = usageHoldMs + 4 * sinkMsMax;

/**
 * Usage as it reaches whoever bills, beside what clients know of: nothing is counted that did not happen, and
 * nothing is missing but what a killed broker counted last.
 */
export class UsageLedger {
  private readonly world: World;
  private readonly bug: Bug | null;
  private readonly totals = new Map<Meter, number>();
  private readonly reported = new Set<string>();
  /** What a life of each broker holds of its present window, for the next one to report. */
  private readonly held = new Map<number, UsageReport>();
  /** What was not counted yet when it was last told, by broker and row. */
  private readonly uncounted = new Map<number, Map<string, CountedRow>>();
  /** Bytes that were written, by topic. */
  private readonly written = new Map<string, number>();
  private readonly ends: number[] = [];
  private readonly acknowledged: Moved[] = [];
  private readonly taken: Moved[] = [];
  private sentBytes = 0;
  /** A broker said that it has no log any more of something that it did not count. */
  hasGivenUp = false;

  constructor(world: World, bug: Bug | null) {
    this.world = world;
    this.bug = bug;
  }

  /** The sink of one life. */
  sink(brokerId: number, isAlive: () => boolean): UsageSink {
    const later = async (effect: () => void) => {
      await this.world.sleep(this.world.delay(0.1, sinkMsMax));
      if (isAlive()) effect();
      // Whoever asked is no more.
      else await new Promise(() => undefined);
    };
    return {
      countedBefore: async () => [...(this.uncounted.get(brokerId)?.values() ?? [])],
      report: (report) => later(() => this.report(report)),
      hold: (report) =>
        later(() => {
          this.held.set(report.brokerId, report);
        }),
    };
  }

  /** A batch was sent; one of an idempotent producer that is sent again is the same batch. */
  sent(bytes: number): void {
    this.sentBytes += bytes;
  }

  /** A batch that was sent at `fromMs` for the first time was acknowledged for the first time. */
  wasAcknowledged(bytes: number, fromMs: number): void {
    this.acknowledged.push({ fromMs, atMs: this.world.now, bytes });
  }

  /** A client has taken batches. */
  wasTaken(bytes: number): void {
    if (bytes > 0) this.taken.push({ fromMs: this.world.now, atMs: this.world.now, bytes });
  }

  /** A life has ended; the next one reports what it held. */
  ended(brokerId: number): void {
    this.ends.push(this.world.now);
    const held = this.held.get(brokerId);
    this.held.delete(brokerId);
    if (held !== undefined && !this.reported.has(windowOf(held))) this.report(held);
  }

  /** `isWhole`: no life has ended without its stop, and no connection broke: all figures must be exact. */
  check(isWhole: boolean): void {
    const bytesIn = this.totals.get('bytes_in') ?? 0;
    const bytesOut = this.totals.get('bytes_out') ?? 0;
    this.atLeast('bytes_in', bytesIn, this.acknowledged);
    this.atLeast('bytes_out', bytesOut, this.taken);
    if (bytesIn > this.sentBytes)
      throw new Violation(`usage: ${bytesIn} bytes_in were counted, ${this.sentBytes} were sent`);
    const takenBytes = sum(this.taken);
    if (isWhole && bytesOut !== takenBytes)
      throw new Violation(`usage: ${bytesOut} bytes_out were counted, ${takenBytes} were taken`);
  }

  /** What lies in the log, all of it as it was appended, is what was counted: neither more nor less. */
  checkWritten(topic: string, bytes: number): void {
    const counted = this.written.get(topic) ?? 0;
    if (counted !== bytes && !this.hasGivenUp)
      throw new Violation(`usage: ${counted} bytes of ${topic} were counted, ${bytes} lie in its log`);
  }

  /**
   * Nothing that was acknowledged by all in sync is missing unsaid, whoever was killed meanwhile, and nothing counts
   * twice.
   */
  checkAcknowledged(): void {
    const counted = this.totals.get('bytes_in') ?? 0;
    const acknowledged = sum(this.acknowledged);
    const isMissing = counted < acknowledged && !this.hasGivenUp;
    if (isMissing || counted > this.sentBytes)
      throw new Violation(`usage: ${counted} bytes_in, ${acknowledged} acknowledged, ${this.sentBytes} sent`);
  }

  private atLeast(meter: Meter, counted: number, moved: readonly Moved[]): void {
    const sure = moved.filter(
      ({ fromMs, atMs }) => !this.ends.some((end) => atMs > end - lostMsMax && fromMs <= end),
    );
    const least = sum(sure);
    if (counted < least)
      throw new Violation(`usage: ${counted} ${meter} were counted, at least ${least} were due`);
  }

  private report(report: UsageReport): void {
    const window = windowOf(report);
    if (this.reported.has(window)) throw new Violation(`usage: window ${window} was reported twice`);
    this.reported.add(window);
    const held = this.held.get(report.brokerId);
    if (held !== undefined && windowOf(held) === window) this.held.delete(report.brokerId);
    const times = this.bug === 'usage-counted-twice' ? 2 : 1;
    for (const { meter, topic, quantity } of report.rows) {
      this.totals.set(meter, (this.totals.get(meter) ?? 0) + times * quantity);
      if (meter === 'bytes_in') this.written.set(topic, (this.written.get(topic) ?? 0) + times * quantity);
    }
    const uncounted = this.uncounted.get(report.brokerId) ?? new Map<string, CountedRow>();
    this.uncounted.set(report.brokerId, uncounted);
    for (const row of report.counted) {
      if (row.isDone) uncounted.delete(row.id);
      else uncounted.set(row.id, row);
    }
  }
}

const sum = (moved: readonly Moved[]): number => moved.reduce((total, { bytes }) => total + bytes, 0);

const windowOf = ({ brokerId, bootEpoch, windowStartMs }: UsageReport): string =>
  `${brokerId}/${bootEpoch}/${windowStartMs}`;
