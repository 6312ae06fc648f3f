/** What clients have seen that they must not see; Jepsen's Kafka workload looks for the same. */
export type Anomaly =
  | 'lost write'
  | 'duplicate'
  | 'inconsistent offset'
  | 'non-monotonic read'
  | 'skipped records'
  | 'rewound commit'
  | 'out of order'
  | 'not available';

export const anomalies: readonly Anomaly[] = [
  'lost write',
  'duplicate',
  'inconsistent offset',
  'non-monotonic read',
  'skipped records',
  'rewound commit',
  'out of order',
  'not available',
];

export interface Violation {
  readonly anomaly: Anomaly;
  readonly evidence: string;
}

/**
 * A record's value names its producer and its number among that producer's, from 0 on. A producer that was made anew
 * has another name, since what the one before it has under way may still arrive.
 */
export interface Sent {
  readonly producer: string;
  readonly number: number;
}

export interface SeenRecord {
  readonly offset: number;
  readonly value: string;
}

interface Told {
  readonly value: string;
  readonly how: string;
  readonly isAcknowledged: boolean;
}

export const textOf = ({ producer, number }: Sent): string => `${producer} ${number}`;

export function sentOf(value: string): Sent {
  const at = value.lastIndexOf(' ');
  return { producer: value.slice(0, at), number: Number(value.slice(at + 1)) };
}

/** Enough to see what went wrong; one cause can break every record behind it. */
const evidenceMax = 20;

/** All that clients were told, held against itself while it is told and against the logs in the end. */
export class History {
  readonly counts = { acknowledged: 0, read: 0, committed: 0 };
  readonly violations: Violation[] = [];
  readonly #found = new Map<Anomaly, number>();
  /** By partition and offset, what was acknowledged or read. */
  readonly #told = new Map<number, Map<number, Told>>();
  /** Acknowledged without an offset: somewhere in the partition. */
  readonly #somewhere = new Map<number, Set<string>>();
  /** The last offset of a reader in a partition since its position was last given to it. */
  readonly #positions = new Map<string, Map<number, number>>();
  readonly #commits = new Map<number, number>();

  /** How often each was found. */
  count(anomaly: Anomaly): number {
    return this.#found.get(anomaly) ?? 0;
  }

  violated(anomaly: Anomaly, evidence: string): void {
    const count = this.count(anomaly) + 1;
    this.#found.set(anomaly, count);
    if (count <= evidenceMax) this.violations.push({ anomaly, evidence });
  }

  /** By all in sync: acks=all. A negative offset: the broker did not tell where. */
  acknowledged(partition: number, offset: number, value: string): void {
    this.counts.acknowledged += 1;
    if (offset >= 0) {
      this.#tell(partition, { offset, value }, 'acknowledged', true);
      return;
    }
    const values = this.#somewhere.get(partition) ?? new Set();
    this.#somewhere.set(partition, values.add(value));
  }

  /** The reader was given its partitions, so that it may begin anywhere. */
  began(reader: string): void {
    this.#positions.delete(reader);
  }

  read(reader: string, partition: number, records: readonly SeenRecord[]): void {
    const positions = this.#positions.get(reader) ?? new Map<number, number>();
    this.#positions.set(reader, positions);
    for (const record of records) {
      this.counts.read += 1;
      this.#tell(partition, record, `read by ${reader}`, false);
      const last = positions.get(partition);
      const told = `${reader} read ${partition}@${record.offset} after ${partition}@${last}`;
      if (last !== undefined && record.offset <= last) this.violated('non-monotonic read', told);
      if (last !== undefined && record.offset > last + 1) this.violated('skipped records', told);
      positions.set(partition, record.offset);
    }
  }

  /** What any answer about the group's position must reach that is asked for from now on; −1: nothing yet. */
  commitFloor(partition: number): number {
    return this.#commits.get(partition) ?? -1;
  }

  committed(partition: number, offset: number): void {
    this.counts.committed += 1;
    this.#commits.set(partition, Math.max(offset, this.commitFloor(partition)));
  }

  /** `floor` is what was known when it was asked for; `how` says who asked. */
  foundCommit(partition: number, offset: number, floor: number, how: string): void {
    if (offset < floor)
      this.violated('rewound commit', `partition ${partition}: ${floor} was committed, ${how} ${offset}`);
  }

  /** Holds a whole partition, as it is read in the end, against all that was told of it. */
  check(partition: number, log: readonly SeenRecord[]): void {
    const byOffset = new Map(log.map(({ offset, value }) => [offset, value]));
    log.forEach(({ offset }, index) => {
      if (offset !== index && (index === 0 || log[index - 1]?.offset !== offset - 1))
        this.violated('skipped records', `partition ${partition}: ${offset} is where ${index} is due`);
    });
    for (const [offset, { value, how, isAcknowledged }] of this.#told.get(partition) ?? []) {
      const found = byOffset.get(offset);
      if (found === value) continue;
      const told = `${partition}@${offset}: ${value} was ${how}, in the end there is ${found ?? 'nothing'}`;
      this.violated(isAcknowledged ? 'lost write' : 'inconsistent offset', told);
    }
    const values = new Set(byOffset.values());
    for (const value of this.#somewhere.get(partition) ?? [])
      if (!values.has(value)) this.violated('lost write', `partition ${partition}: ${value} is nowhere`);
    this.#checkOrder(partition, log);
  }

  #checkOrder(partition: number, log: readonly SeenRecord[]): void {
    const places = new Map<string, number>();
    const lasts = new Map<string, number>();
    for (const { offset, value } of log) {
      const { producer, number } = sentOf(value);
      if (!isIdempotent(producer)) continue;
      const place = places.get(value);
      const last = lasts.get(producer) ?? -1;
      if (place !== undefined)
        this.violated('duplicate', `${value} is at ${partition}@${place} and ${partition}@${offset}`);
      else if (number < last)
        this.violated('out of order', `${partition}@${offset}: ${value} stands behind number ${last}`);
      places.set(value, offset);
      lasts.set(producer, Math.max(last, number));
    }
  }

  #tell(partition: number, { offset, value }: SeenRecord, how: string, isAcknowledged: boolean): void {
    const told = this.#told.get(partition) ?? new Map<number, Told>();
    this.#told.set(partition, told);
    const before = told.get(offset);
    if (before !== undefined && before.value !== value) {
      const both = `${before.value} was ${before.how}, ${value} was ${how}`;
      this.violated('inconsistent offset', `${partition}@${offset}: ${both}`);
    }
    if (before === undefined || (isAcknowledged && !before.isAcknowledged))
      told.set(offset, { value, how, isAcknowledged });
  }
}

const idempotentMark = 'idempotent';

export const idempotentName = (name: string): string => `${idempotentMark}-${name}`;

const isIdempotent = (producer: string): boolean => producer.startsWith(idempotentMark);
