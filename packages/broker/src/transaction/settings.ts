import type { Account } from '../memory/account.ts';
import type { TransactionName } from './records.ts';

/** What a transaction coordinator is allowed and how long it waits, milliseconds; Kafka's name beside each. */
export interface TransactionSettings {
  /** transaction.max.timeout.ms */
  readonly timeoutMsMax: number;
  /** transactional.id.expiration.ms */
  readonly expirationMs: number;
  /** transaction.remove.expired.transaction.cleanup.interval.ms */
  readonly expirationCheckMs: number;
  /** How long until markers that could not be written are tried again. */
  readonly markerRetryMs: number;
}

/** Apache Kafka 4.3's defaults. */
export const defaultTransactionSettings: TransactionSettings = {
  timeoutMsMax: 900_000,
  expirationMs: 7 * 24 * 60 * 60 * 1_000,
  expirationCheckMs: 3_600_000,
  markerRetryMs: 100,
};

/** A partition of the transaction's cluster, or of the topic that keeps its groups' offsets. */
export interface TransactionPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Markers to be written: the transaction is decided, and its coordinator has that for good. */
export interface MarkerWork {
  readonly name: TransactionName;
  readonly producerId: number;
  /** As the markers have it. */
  readonly producerEpoch: number;
  readonly isCommit: boolean;
  readonly protocol: 1 | 2;
  readonly partitions: readonly TransactionPartition[];
}

/** What a shard is given from outside besides events. */
export interface TransactionDeps {
  readonly settings: TransactionSettings;
  readonly hasCluster: (clusterId: string) => boolean;
  /** What is kept for the cluster's transactional ids is charged to this account; it bounds growth, never what is stored. */
  readonly accountOf: (clusterId: string) => Account;
  /** Told when that bound has refused something of the cluster. */
  readonly limitReached: (clusterId: string) => void;
  /** Writes them once; whoever does tells the shard by `markersWritten`, also where none could be written. */
  readonly writeMarkers: (work: MarkerWork) => void;
}
