import { Violation } from '../world.ts';

export type Decision = 'committed' | 'aborted';

/** A transaction as its producer knows it, and what readers have seen of it: all of it or nothing. */
export class JournalTransaction {
  readonly id: string;
  /** Of those of its transactional id, ascending. */
  readonly serial: number;
  /** Its producer has asked for its commit, whether or not anybody has heard. */
  mayBeCommitted = false;
  /** Its serial is what its group has committed, once it is. */
  hasOffsets = false;
  /** What its producer was told. */
  told: Decision | null = null;
  private seen: Decision | null = null;

  constructor(id: string, serial: number) {
    this.id = id;
    this.serial = serial;
  }

  /** As far as anybody knows. */
  get decision(): Decision | null {
    return this.told ?? this.seen;
  }

  /** Its time was over, or its producer was fenced. */
  get wasEndedByOthers(): boolean {
    return this.told === null && !this.mayBeCommitted && this.seen === 'aborted';
  }

  wasTold(decision: Decision): void {
    this.told = decision;
    this.compare();
  }

  /** A reader of committed records got one of its records, or passed it over. */
  wasSeen(decision: Decision, where: string): void {
    if (decision === 'committed' && !this.mayBeCommitted)
      throw new Violation(`${where}: ${this.id} was read as committed, and nobody has committed it`);
    if (this.seen !== null && this.seen !== decision)
      throw new Violation(`${where}: ${this.id} is ${decision}, and was read as ${this.seen} elsewhere`);
    this.seen = decision;
    this.compare();
  }

  private compare(): void {
    if (this.told !== null && this.seen !== null && this.told !== this.seen)
      throw new Violation(
        `${this.id} was ${this.told}, as its producer was told, and is read as ${this.seen}`,
      );
  }
}
