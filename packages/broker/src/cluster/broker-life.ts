import { brokerLeaseMs } from '@weir/metadata-store/broker-rules';
import type { BrokerRecord } from '@weir/metadata-store/model';
import type { BrokerLifeId, NewBroker, RegisteredBroker } from '@weir/metadata-store/port';
import type { Deps, Timer } from '../deps.ts';
import { leaseRenewalMs, registrationRetryMs, registrationWaitMs } from '../limits.ts';

/** The broker cannot start, for a reason that whoever started it can do something about; the message says what. */
export class StartProblem extends Error {
  override readonly name = 'StartProblem';
}

/** The broker was stopped before it had started. */
export class StartEnded extends Error {
  override readonly name = 'StartEnded';

  constructor() {
    super('the broker was stopped before it had started');
  }
}

/**
 * This life of the broker, as its cell knows it. It has its id as long as nobody registers with it anew, which the
 * store refuses while the lease is renewed. A store that is away ends nothing: nobody can register there either.
 */
export class BrokerLife {
  /** Another broker has the id: this one leads nothing any more. */
  isOver = false;
  readonly #deps: Pick<Deps, 'metadata' | 'clock' | 'log'>;
  #onOver: (problem: string) => void = () => undefined;
  #id: BrokerLifeId | null = null;
  #renewal: Timer | null = null;
  #isRenewed = true;
  #isStopping = false;
  /** Whether the broker may be counted on; where not, its lease runs out. */
  isFit: () => boolean = () => true;
  /** What its directory holds for good, by which the store can tell that it was set back. */
  directoryMark: () => number = () => 0;
  readonly leaseMs = brokerLeaseMs;
  /** When the lease that the store has granted may end at the earliest, by the monotonic clock. */
  #leaseUntilMs = Number.NEGATIVE_INFINITY;

  constructor(deps: Pick<Deps, 'metadata' | 'clock' | 'log'>) {
    this.#deps = deps;
  }

  /**
   * Registers, and waits for a lease that the id still has: a broker that was killed keeps it for a moment.
   * `onOver` is told, once, when another broker has taken the id. Rejects with StartProblem where it stays taken.
   */
  async begin(broker: NewBroker, onOver: (problem: string) => void): Promise<RegisteredBroker> {
    const { clock, log } = this.#deps;
    const until = clock.monotonicMs() + registrationWaitMs;
    for (let attempt = 0; ; attempt += 1) {
      const askedMs = clock.monotonicMs();
      const registered = await this.#deps.metadata.registerBroker(broker);
      if (registered.ok) {
        this.#leaseUntilMs = askedMs + brokerLeaseMs;
        this.#id = registered.value;
        this.#onOver = onOver;
        this.#renewSoon();
        return registered.value;
      }
      if (attempt === 0) log.warn('broker.id.taken', { brokerId: broker.brokerId, what: registered.message });
      if (clock.monotonicMs() >= until) throw new StartProblem(registered.message);
      await new Promise<void>((resolve) => clock.after(registrationRetryMs, resolve));
    }
  }

  /** This life; null before it has registered, and once it is over. */
  get id(): BrokerLifeId | null {
    return this.#id;
  }

  /** Whether the others may believe that this broker is gone: the store has not renewed its lease in time. */
  get isLeaseOver(): boolean {
    return this.#deps.clock.monotonicMs() > this.#leaseUntilMs;
  }

  /** What the cell's picture says of a broker. */
  seen(broker: BrokerRecord): void {
    const own = this.#id;
    if (own === null || broker.brokerId !== own.brokerId || broker.bootEpoch <= own.bootEpoch) return;
    this.#over(`another broker has registered as broker ${own.brokerId}, from ${broker.host}:${broker.port}`);
  }

  /** The broker stops: from now on the lease only runs out. */
  stopRenewing(): void {
    this.#renewal?.cancel();
    this.#renewal = null;
    this.#isStopping = true;
  }

  /** Gives the id back, so that the next life need not wait for the lease. */
  async end(): Promise<void> {
    const id = this.#id;
    this.#stop();
    if (id === null || this.isOver) return;
    // Without the store it is free once the lease has run out.
    await this.#deps.metadata
      .endLease(id)
      .catch((cause: unknown) => this.#deps.log.warn('broker.lease.not-ended', {}, cause));
  }

  #renewSoon(): void {
    this.#renewal = this.#deps.clock.after(leaseRenewalMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    if (!this.isFit()) {
      if (this.#isRenewed) this.#deps.log.error('broker.unfit', { brokerId: id.brokerId });
      this.#isRenewed = false;
      this.#renewSoon();
      return;
    }
    const askedMs = this.#deps.clock.monotonicMs();
    try {
      const { metadata } = this.#deps;
      const renewed = await metadata.renewLease(id, this.directoryMark());
      if (!renewed.ok) this.#over(renewed.message);
      else if (renewed.value.isFenced && !this.#isStopping) await this.#unfence(id);
      if (renewed.ok) this.#leaseUntilMs = askedMs + brokerLeaseMs;
      if (!this.#isRenewed) this.#deps.log.info('broker.lease.renewed-again');
      this.#isRenewed = true;
    } catch (cause) {
      if (this.#isRenewed) this.#deps.log.warn('broker.lease.not-renewed', {}, cause);
      this.#isRenewed = false;
    }
    if (this.#id !== null && !this.#isStopping) this.#renewSoon();
  }

  /** It was away for longer than its lease, and is counted on again from now on. */
  async #unfence(id: BrokerLifeId): Promise<void> {
    const unfenced = await this.#deps.metadata.unfenceBroker(id);
    if (unfenced.ok) this.#deps.log.warn('broker.unfenced', { brokerId: id.brokerId });
    else this.#over(unfenced.message);
  }

  #over(problem: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#stop();
    this.#deps.log.error('broker.replaced', { problem });
    this.#onOver(problem);
  }

  #stop(): void {
    this.#id = null;
    this.#renewal?.cancel();
    this.#renewal = null;
  }
}
