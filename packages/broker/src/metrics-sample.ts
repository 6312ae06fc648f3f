/** One figure of the broker, named and labelled as Prometheus has it. */
export interface Sample {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Of which metric it is a part, where its own name is another. */
  readonly family?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export const sample = (
  kind: Sample['kind'],
  name: string,
  help: string,
  value: number,
  labels: Sample['labels'] = {},
): Sample => ({ kind, name, help, value, labels });

/** Of the partitions that a broker has; one that nobody leads is counted by none, and seen in the store. */
export interface PartitionCounts {
  /** Led here. */
  readonly all: number;
  readonly held: number;
  readonly underReplicated: number;
  readonly belowMinimum: number;
  readonly reassigning: number;
}
