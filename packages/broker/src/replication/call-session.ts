import type { ErrorName } from '@weir/kafka-protocol/errors';
import { errorCode } from '@weir/kafka-protocol/errors';
import type { Reader } from '@weir/kafka-protocol/reader';
import type { PartitionEnds } from '../coordinator/transactions.ts';
import type { TransactionalWrite } from '../partition/transaction-verifier.ts';
import { peerEndApi, peerVerifyApi } from './call-messages.ts';
import type { PeerLink } from './peer-link.ts';

/** Who answers other brokers' questions about transactions. */
export interface TransactionAnswerer {
  verifyHere(write: TransactionalWrite, adds: boolean): Promise<ErrorName>;
  endHere(ends: PartitionEnds, isWanted: () => boolean): Promise<PartitionEnds['partitions']>;
}

/** What another broker asks on one connection; each question is answered when its answer is there, whatever came before. */
export class CallSession {
  readonly #link: PeerLink;
  readonly #answerer: TransactionAnswerer;

  constructor(link: PeerLink, answerer: TransactionAnswerer) {
    this.#link = link;
    this.#answerer = answerer;
  }

  /** Throws where it is no question of this session. */
  async take(apiKey: number, correlationId: number, reader: Reader): Promise<void> {
    if (apiKey === peerVerifyApi.key) {
      const { adds, ...write } = peerVerifyApi.decodeRequest(reader, 0);
      const error = await this.#answerer.verifyHere(write, adds);
      if (!this.#link.isClosed)
        this.#link.respond(peerVerifyApi, correlationId, { errorCode: errorCode(error) });
      return;
    }
    if (apiKey !== peerEndApi.key) throw new Error(`unknown request ${apiKey}`);
    const { clusterId, partitions, ...told } = peerEndApi.decodeRequest(reader, 0);
    const end = { ...told, protocol: told.protocol === 2 ? (2 as const) : (1 as const) };
    const ended = await this.#answerer.endHere({ clusterId, end, partitions }, () => !this.#link.isClosed);
    if (!this.#link.isClosed) this.#link.respond(peerEndApi, correlationId, { partitions: ended });
  }

  close(): void {
    this.#link.close();
  }
}
