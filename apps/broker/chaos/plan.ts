import type { SeededRandom } from '@weir/testing/seeded-random';

export const faultKinds = [
  'kill-one',
  'kill-two',
  'kill-all',
  'freeze-short',
  'freeze-long',
  'restart',
  'lose-disk',
  'set-disk-back',
  'fill-disk',
  'freeze-store',
  'kill-store',
  'split',
  'split-one-way',
  'slow-peers',
  'lose-store',
  'leave-group',
  'move-away',
  'move-and-kill',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** All three in an order of their own: the first is who it happens to, or the first two, or all. */
  readonly brokers: readonly number[];
  readonly forMs: number;
  /** How long nothing happens once it is undone. */
  readonly quietMs: number;
  /** Of a split: what was under way arrives when it ends; otherwise its connections break then. */
  readonly isLate: boolean;
  /** Of a split that goes one way: whether the broker no longer hears; otherwise it is no longer heard. */
  readonly isDeaf: boolean;
  readonly delayMs: number;
}

/** From and to. A lease is two seconds long; who lags for half a minute is no longer in sync. */
const durationsMs: Readonly<Record<FaultKind, readonly [number, number]>> = {
  'kill-one': [200, 8_000],
  'kill-two': [200, 6_000],
  'kill-all': [0, 4_000],
  'freeze-short': [200, 1_800],
  'freeze-long': [2_300, 9_000],
  restart: [0, 3_000],
  'lose-disk': [200, 5_000],
  'set-disk-back': [0, 3_000],
  'fill-disk': [2_000, 9_000],
  'freeze-store': [1_000, 30_000],
  'kill-store': [200, 6_000],
  split: [1_000, 40_000],
  'split-one-way': [1_000, 40_000],
  'slow-peers': [2_000, 9_000],
  'lose-store': [1_000, 12_000],
  'leave-group': [500, 4_000],
  'move-away': [500, 8_000],
  'move-and-kill': [200, 6_000],
};

const quietMs = [500, 6_000] as const;
const delayMs = [20, 400] as const;

/** Faults without end: each kind once in an order that is drawn, and then again in another. */
export function* drawFaults(
  random: SeededRandom,
  kinds: readonly FaultKind[],
  brokerIds: readonly number[],
): Generator<Fault, never> {
  for (;;) {
    for (const kind of random.shuffle(kinds)) {
      yield {
        kind,
        brokers: random.shuffle(brokerIds),
        forMs: random.integer(...durationsMs[kind]),
        quietMs: random.integer(...quietMs),
        isLate: random.chance(0.5),
        isDeaf: random.chance(0.5),
        delayMs: random.integer(...delayMs),
      };
    }
  }
}
