import type { ErrorName } from '@weir/kafka-protocol/errors';

/** A write in a transaction, as its coordinator is asked for it. */
export interface TransactionalWrite {
  readonly clusterId: string;
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly topic: string;
  readonly partition: number;
}

/** Asks the coordinator of a transaction, wherever it is. */
export interface TransactionVerifier {
  /**
   * NONE where the partition is part of the producer's open transaction; with `adds` it becomes one, which begins the
   * transaction where none is open (KIP-890). Never rejects: what cannot be asked is a retriable error.
   */
  verify(write: TransactionalWrite, adds: boolean): Promise<ErrorName>;
}

/** A produce request, as far as its transaction is concerned. */
export interface ProducedIn {
  readonly transactionalId: string;
  readonly topic: string;
  readonly apiVersion: number;
}

/** From this version of Produce on the client leaves it to brokers to add partitions to its transaction. */
const addingVersionMin = 12;

export function addsPartitions({ apiVersion }: Pick<ProducedIn, 'apiVersion'>): boolean {
  return apiVersion >= addingVersionMin;
}

/** What a client of that version is told of the coordinator's answer: errors that it does not know, or would not survive, become others. */
export function produceErrorOf(error: ErrorName, produced: Pick<ProducedIn, 'apiVersion'>): ErrorName {
  switch (error) {
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return 'NOT_ENOUGH_REPLICAS';
    case 'CONCURRENT_TRANSACTIONS':
      return addsPartitions(produced) ? error : 'NOT_ENOUGH_REPLICAS';
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH';
    case 'TRANSACTION_ABORTABLE':
      return produced.apiVersion >= 11 ? error : 'INVALID_TXN_STATE';
    default:
      return error;
  }
}
