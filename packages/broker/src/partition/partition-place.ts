/** Which partition it is, and where its files are. */
export interface PartitionPlace {
  readonly topicId: string;
  readonly index: number;
  readonly dir: string;
}

/** Of the partition in the whole cell. */
export function partitionKey(topicId: string, index: number): string {
  return `${topicId}-${index}`;
}
