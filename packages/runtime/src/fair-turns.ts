export interface TurnLimits {
  /** Begun and not left, of all and of one key. */
  readonly atWorkMax: number;
  readonly atWorkPerKeyMax: number;
  /** Of one key; what comes on top is refused. */
  readonly waitingPerKeyMax: number;
}

interface Key {
  readonly name: string;
  atWork: number;
  /** In the order in which they came. */
  readonly waiting: Set<() => void>;
}

/**
 * Gives turns at something that all share, a bounded number at a time and by keys in rotation: who wants a thousand
 * waits for himself, and who wants one waits for one of each that wait. Who is alone gets all that one key may have.
 */
export class FairTurns {
  readonly #limits: TurnLimits;
  readonly #keys = new Map<string, Key>();
  /** Keys of which one waits that may begin, in the order in which they get their turn. */
  readonly #ready = new Set<Key>();
  #atWork = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Calls `begin` now or when it is its turn. Answers what ends the turn, or the wait for it, and may be called more
   * than once; null: too many of this key wait already, and nothing will be begun.
   */
  take(name: string, begin: () => void): (() => void) | null {
    const key = this.#keys.get(name) ?? { name, atWork: 0, waiting: new Set() };
    if (key.waiting.size >= this.#limits.waitingPerKeyMax && !this.#mayBegin(key)) return null;
    this.#keys.set(name, key);
    let state: 'waiting' | 'at work' | 'left' = 'waiting';
    const start = () => {
      state = 'at work';
      begin();
    };
    key.waiting.add(start);
    this.#settle(key);
    this.#beginNext();
    return () => {
      const before = state;
      state = 'left';
      if (before === 'waiting') key.waiting.delete(start);
      if (before === 'at work') {
        key.atWork -= 1;
        this.#atWork -= 1;
      }
      if (before === 'left') return;
      this.#settle(key);
      this.#beginNext();
    };
  }

  #mayBegin(key: Key): boolean {
    return this.#atWork < this.#limits.atWorkMax && key.atWork < this.#limits.atWorkPerKeyMax;
  }

  #settle(key: Key): void {
    const isReady = key.waiting.size > 0 && key.atWork < this.#limits.atWorkPerKeyMax;
    if (isReady) this.#ready.add(key);
    else this.#ready.delete(key);
    if (key.waiting.size === 0 && key.atWork === 0) this.#keys.delete(key.name);
  }

  #beginNext(): void {
    while (this.#atWork < this.#limits.atWorkMax) {
      const [key] = this.#ready;
      const [start] = key?.waiting ?? [];
      if (key === undefined || start === undefined) return;
      key.waiting.delete(start);
      key.atWork += 1;
      this.#atWork += 1;
      // To the end of the rotation.
      this.#ready.delete(key);
      this.#settle(key);
      start();
    }
  }
}
