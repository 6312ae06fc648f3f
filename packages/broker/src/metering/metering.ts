import { keyUseRowsMax } from '../client-limits.ts';
import type { Deps, Meter, ReachedRow, Timer, UsageReport, UsageRow } from '../deps.ts';
import { usageHoldMs, usageWindowMs } from '../limits.ts';
import { KeyUses } from './key-uses.ts';
import { WrittenTerms } from './written-terms.ts';

/** What one key of a principal does in one topic, in the present window. Adding to it is all that the hot path does. */
export class Counters {
  bytesIn = 0;
  bytesOut = 0;
  recordsIn = 0;
  recordsOut = 0;
  storedByteSeconds = 0;
  partitionSeconds = 0;
}

/** Counts what one connection does. */
export interface UsageMeter {
  /** Of records that are as durable as was promised. */
  wrote(topic: string, bytes: number, records: number): void;
  /** Of records that were sent to the client. */
  served(topic: string, bytes: number, records: number): void;
  /** One request of the protocol, however much it is about. */
  requested(): void;
  connected(): void;
  disconnected(): void;
  /** A request may outlive its connection, and count when its bytes are durable: the meter must still be there. */
  requestBegins(): void;
  requestEnds(): void;
}

/**
 * Of the cloud's own pages, which act in the name of somebody: what they write is that person's, what they look at is not
 * counted.
 */
export class OwnPagesMeter implements UsageMeter {
  readonly #own: ClientMeter;

  constructor(own: ClientMeter) {
    this.#own = own;
  }

  wrote(topic: string, bytes: number, records: number): void {
    this.#own.wrote(topic, bytes, records);
  }

  served(): void {}

  requested(): void {}

  connected(): void {
    this.#own.requestBegins();
  }

  disconnected(): void {
    this.#own.requestEnds();
  }

  requestBegins(): void {
    this.#own.requestBegins();
  }

  requestEnds(): void {
    this.#own.requestEnds();
  }
}

/** Told of bytes that somebody pays for, at once. */
type Bill = (client: ClientMeter, direction: 'ingress' | 'egress', bytes: number, records: number) => void;

/** The counters of one key of one principal of one cluster; topics are looked up at each use, never kept. */
export class ClientMeter implements UsageMeter {
  readonly clusterId: string;
  readonly principal: string;
  readonly keyId: string;
  readonly #topics = new Map<string, Counters>();
  readonly #bill: Bill;
  #requests = 0;
  connections = 0;
  #connectionsPeak = 0;
  #requestsUnderWay = 0;

  /** `keyId` is empty where no key was asked for. */
  constructor(clusterId: string, principal: string, keyId: string, bill: Bill = () => undefined) {
    this.clusterId = clusterId;
    this.principal = principal;
    this.keyId = keyId;
    this.#bill = bill;
  }

  of(topic: string): Counters {
    let counters = this.#topics.get(topic);
    if (counters === undefined) {
      counters = new Counters();
      this.#topics.set(topic, counters);
    }
    return counters;
  }

  wrote(topic: string, bytes: number, records: number): void {
    const counters = this.of(topic);
    counters.bytesIn += bytes;
    counters.recordsIn += records;
    this.#bill(this, 'ingress', bytes, records);
  }

  served(topic: string, bytes: number, records: number): void {
    const counters = this.of(topic);
    counters.bytesOut += bytes;
    counters.recordsOut += records;
    this.#bill(this, 'egress', bytes, records);
  }

  /** Of a topic that is there, whoever uses it. */
  kept(topic: string, byteSeconds: number, partitionSeconds: number): void {
    const counters = this.of(topic);
    counters.storedByteSeconds += byteSeconds;
    counters.partitionSeconds += partitionSeconds;
  }

  requested(): void {
    this.#requests += 1;
  }

  connected(): void {
    this.connections += 1;
    this.#connectionsPeak = Math.max(this.#connectionsPeak, this.connections);
  }

  disconnected(): void {
    this.connections -= 1;
  }

  requestBegins(): void {
    this.#requestsUnderWay += 1;
  }

  requestEnds(): void {
    this.#requestsUnderWay -= 1;
  }

  /** The window's rows; counting begins anew. */
  drain(): UsageRow[] {
    const rows = this.rows();
    this.#topics.clear();
    this.#requests = 0;
    this.#connectionsPeak = this.connections;
    return rows;
  }

  /** What the window counts so far, without zeros. */
  rows(): UsageRow[] {
    const rows: UsageRow[] = [];
    const { clusterId, principal, keyId } = this;
    const row = (topic: string, meter: Meter, quantity: number) => {
      if (quantity > 0) rows.push({ clusterId, principal, keyId, topic, meter, quantity });
    };
    for (const [topic, counters] of this.#topics) {
      row(topic, 'bytes_in', counters.bytesIn);
      row(topic, 'bytes_out', counters.bytesOut);
      row(topic, 'records_in', counters.recordsIn);
      row(topic, 'records_out', counters.recordsOut);
      row(topic, 'stored_byte_seconds', counters.storedByteSeconds);
      row(topic, 'partition_seconds', counters.partitionSeconds);
    }
    row('', 'requests', this.#requests);
    row('', 'connections_peak', this.#connectionsPeak);
    return rows;
  }

  get isIdle(): boolean {
    const isUnused = this.connections === 0 && this.#requestsUnderWay === 0;
    return isUnused && this.#requests === 0 && this.#topics.size === 0;
  }
}

type Counts = Pick<UsageReport, 'rows' | 'reached' | 'keyUses' | 'counted'>;

/**
 * Counts usage in windows of ten seconds and hands each closed window to the sink, once. Window starts
 * are whole multiples of the window's length, so that all brokers' windows agree.
 */
export class Metering {
  readonly #deps: Pick<Deps, 'clock' | 'usage' | 'log'>;
  readonly #brokerId: number;
  readonly #bootEpoch: number;
  readonly #clients = new Map<string, ClientMeter>();
  /** Told of bytes that somebody pays for, with when their window ends. */
  onBilled: (client: ClientMeter, direction: 'ingress' | 'egress', bytes: number, endMs: number) => void =
    () => undefined;
  /** Of all clients, for as long as the broker runs. */
  readonly totals = { bytesIn: 0, bytesOut: 0, recordsIn: 0, recordsOut: 0 };
  readonly #bill: Bill = (client, direction, bytes, records) => {
    const { totals } = this;
    if (direction === 'ingress') {
      totals.bytesIn += bytes;
      totals.recordsIn += records;
    } else {
      totals.bytesOut += bytes;
      totals.recordsOut += records;
    }
    this.onBilled(client, direction, bytes, windowEnd(this.#windowStartMs));
  };
  readonly keyUses = new KeyUses(keyUseRowsMax);
  readonly #takeReached: () => readonly ReachedRow[];
  readonly #written: WrittenTerms;
  #windowStartMs: number;
  /** How often the clock was set back by more than a window. */
  #setBacks = 0;
  #timer: Timer | null = null;
  #holdTimer: Timer | null = null;
  #held = '';
  /** What is to be held as soon as what is on its way has arrived. */
  #holding: Promise<void> | null = null;
  #reporting: Promise<void> = Promise.resolve();

  /** `takeReached` gives the limits that clusters met since it was last asked; `written` up to where it is counted. */
  constructor(
    deps: Pick<Deps, 'clock' | 'usage' | 'log'>,
    brokerId: number,
    bootEpoch: number = unregisteredEpoch,
    takeReached: () => readonly ReachedRow[] = () => [],
    written: WrittenTerms = new WrittenTerms(),
  ) {
    this.#written = written;
    written.keep = () => this.#holdSoon();
    this.#takeReached = takeReached;
    this.#deps = deps;
    this.#brokerId = brokerId;
    this.#bootEpoch = bootEpoch;
    const nowMs = deps.clock.now();
    // Several lives may go by without an epoch of their own, within one window: each is told apart by when it began.
    this.#windowStartMs = bootEpoch === unregisteredEpoch ? nowMs : windowStart(nowMs);
    this.#schedule();
    this.#scheduleHold();
  }

  /** The meter of one key of a principal; hold it as long as there are connections of it (`connected`). */
  client(clusterId: string, principal: string, keyId: string): ClientMeter {
    const name = `${clusterId} ${keyId} ${principal}`;
    let meter = this.#clients.get(name);
    if (meter === undefined) {
      meter = new ClientMeter(clusterId, principal, keyId, this.#bill);
      this.#clients.set(name, meter);
    }
    return meter;
  }

  /** Closes the present window early and waits until the sink has everything. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#holdTimer?.cancel();
    this.#written.close();
    this.#closeWindow();
    await this.#reporting;
  }

  #schedule(): void {
    const wait = windowEnd(this.#windowStartMs) - this.#deps.clock.now();
    this.#timer = this.#deps.clock.after(Math.max(wait, 0), () => {
      this.#closeWindow();
      this.#schedule();
    });
  }

  #closeWindow(): void {
    const windowStartMs = this.#windowStartMs;
    const rows: UsageRow[] = [];
    for (const [name, meter] of this.#clients) {
      for (const row of meter.drain()) rows.push(row);
      if (meter.isIdle) this.#clients.delete(name);
    }
    const now = this.#deps.clock.now();
    this.#windowStartMs = this.#nextStart(now);
    const reached = this.#takeReached();
    const keyUses = this.keyUses.take(now);
    const counted = this.#written.take();
    if ([rows, reached, keyUses, counted].every(({ length }) => length === 0)) return;
    const report = this.#reportOf(windowStartMs, { rows, reached, keyUses, counted });
    void this.#inOrder(() => this.#deps.usage.report(report));
  }

  /**
   * A window has its name but once. Where the clock was set back to before the window that ends, those that follow
   * begin a millisecond later than all with which they may share their time, so that none of them is as long as the step.
   */
  #nextStart(now: number): number {
    if (now < this.#windowStartMs) {
      this.#setBacks += 1;
      return windowStart(now) + this.#setBacks;
    }
    return Math.max(windowStart(now) + this.#setBacks, windowEnd(this.#windowStartMs) + this.#setBacks);
  }

  #scheduleHold(): void {
    this.#holdTimer = this.#deps.clock.after(usageHoldMs, () => {
      this.#holdWindow();
      this.#scheduleHold();
    });
  }

  /** Brings the present window's figures to safety if they moved. */
  #holdWindow(): void {
    const rows = this.#rows();
    // Within a window figures only grow, so that their sum tells whether any has.
    const sum = rows.reduce((total, row) => total + row.quantity, 0);
    const figures = `${this.#windowStartMs} ${rows.length} ${sum} ${this.#written.changes}`;
    const counted = this.#written.rows();
    if ((rows.length === 0 && counted.length === 0) || figures === this.#held) return;
    this.#held = figures;
    void this.#holdSoon();
  }

  /** Resolves when all that is counted by now is where the next life finds it; many askers share one. */
  #holdSoon(): Promise<void> {
    if (this.#holding !== null) return this.#holding;
    const windowStartMs = this.#windowStartMs;
    const held = this.#inOrder(async () => {
      this.#holding = null;
      // Its report is on its way behind this, and holds all of it.
      if (this.#windowStartMs !== windowStartMs) return;
      const counts = { rows: this.#rows(), reached: [], keyUses: [], counted: this.#written.rows() };
      await this.#deps.usage.hold(this.#reportOf(windowStartMs, counts));
    });
    this.#holding = held.then(() => (this.#windowStartMs === windowStartMs ? undefined : this.#reporting));
    return this.#holding;
  }

  #rows(): UsageRow[] {
    return [...this.#clients.values()].flatMap((meter) => meter.rows());
  }

  #reportOf(windowStartMs: number, counts: Counts): UsageReport {
    const windowEndMs = windowEnd(windowStartMs);
    return { brokerId: this.#brokerId, bootEpoch: this.#bootEpoch, windowStartMs, windowEndMs, ...counts };
  }

  /** What is held must not overtake, nor outlive, the report of its window. */
  #inOrder(send: () => Promise<void>): Promise<void> {
    this.#reporting = this.#reporting
      .then(send)
      .catch((cause: unknown) => this.#deps.log.error('usage.report.failed', {}, cause));
    return this.#reporting;
  }
}

function windowStart(now: number): number {
  return now - (now % usageWindowMs);
}

function windowEnd(startMs: number): number {
  return windowStart(startMs) + usageWindowMs;
}

/** Of what is counted while the broker has not registered: registered lives have epochs from 1. */
const unregisteredEpoch = 0;
