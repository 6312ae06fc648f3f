import { errorCode } from '@weir/kafka-protocol/errors';
import type { Cell } from '../cluster/cell.ts';
import type { Door } from '../cluster/door.ts';
import type { Topic } from '../cluster/topic.ts';

export interface CurrentLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

interface ThisBroker {
  readonly brokerId: number;
  readonly cell: Pick<Cell, 'isLive' | 'brokers'>;
}

const movedErrors = new Set([errorCode('NOT_LEADER_OR_FOLLOWER'), errorCode('FENCED_LEADER_EPOCH')]);

/** Who leads instead, told with the refusal, so that a client goes there and need not ask first (KIP-951). */
export class NewLeaders {
  readonly #broker: ThisBroker;
  readonly #door: Door;
  readonly #told = new Set<number>();

  constructor(broker: ThisBroker, door: Door) {
    this.#broker = broker;
    this.#door = door;
  }

  /** Of a partition that was refused with this error; nothing where it does not lie elsewhere. */
  of(
    error: number,
    topic: Pick<Topic, 'record'> | null,
    index: number,
  ): { readonly currentLeader?: CurrentLeader } {
    if (!movedErrors.has(error)) return nowhere;
    const { brokerId, cell } = this.#broker;
    const row = topic?.record.partitions[index];
    if (row === undefined || row.leader === brokerId || !cell.isLive(row.leader)) return nowhere;
    this.#told.add(row.leader);
    return { currentLeader: { leaderId: row.leader, leaderEpoch: row.leaderEpoch } };
  }

  /** Where those are that were told of. */
  get nodeEndpoints(): NodeEndpoint[] {
    const { brokers } = this.#broker.cell;
    return [...this.#told].flatMap((nodeId) => {
      const broker = brokers.get(nodeId);
      return broker === undefined
        ? []
        : [{ nodeId, host: this.#door.hostOf(broker), port: broker.port, rack: broker.rack }];
    });
  }
}

const nowhere = {};
