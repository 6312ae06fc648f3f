/** Told when more of the partition can be read, or nothing can any more. */
export interface CommitWatcher {
  committed(bytes: number): void;
}
