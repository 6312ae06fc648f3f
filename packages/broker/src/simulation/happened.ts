/** What a run may go through inside of the broker, which no client sees. */
export const mechanisms = [
  'checkpoint',
  'roll',
  'retention',
  'tail cache eviction',
  'file closed and opened again',
  'fetch session eviction',
  'coordinator snapshot',
  'coordinator truncation',
  'disk error',
  'wall clock step',
  'cold read',
  'offset reset',
  'member left',
  'member gone without a word',
  'late commit refused',
  'topic deleted with records',
  'usage counted from the log',
] as const;

/** What a cell of several brokers goes through besides. */
export const cellMechanisms = [
  'replicas moved',
  'catch-up',
  'catch-up ended',
  'read from a follower',
  'disk set back',
  'start without the store',
  'leader elected as asked',
  'broker alone',
] as const;

/** What a journal goes through, of one broker or of a cell. */
export const journalMechanisms = [
  'transaction committed',
  'transaction aborted',
  'transaction ended by others',
  'producer fenced',
  'producer gone without a word',
  'late write',
  'records compacted',
  'records deleted',
] as const;

export type Mechanism = (typeof mechanisms | typeof cellMechanisms | typeof journalMechanisms)[number];

/** How often each of them happened: a check of what never happens checks nothing. */
export class Happened {
  private readonly counts = new Map<Mechanism, number>();

  add(mechanism: Mechanism, count = 1): void {
    this.counts.set(mechanism, this.of(mechanism) + count);
  }

  of(mechanism: Mechanism): number {
    return this.counts.get(mechanism) ?? 0;
  }

  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...mechanisms, ...cellMechanisms, ...journalMechanisms].map((mechanism) => [
        mechanism,
        this.of(mechanism),
      ]),
    );
  }
}
