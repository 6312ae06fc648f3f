import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { initProducerIdApi } from '@weir/kafka-protocol/apis/22-init-producer-id';
import { addPartitionsToTxnApi } from '@weir/kafka-protocol/apis/24-add-partitions-to-txn';
import { addOffsetsToTxnApi } from '@weir/kafka-protocol/apis/25-add-offsets-to-txn';
import { endTxnApi } from '@weir/kafka-protocol/apis/26-end-txn';
import { txnOffsetCommitApi } from '@weir/kafka-protocol/apis/28-txn-offset-commit';
import { describeTransactionsApi } from '@weir/kafka-protocol/apis/65-describe-transactions';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { World } from '../../abuse/sound-request.ts';
import type { Conversation } from '../conversation.ts';
import type { Sequence } from '../sequence.ts';

interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const settleMs = 100;
const settled = () => new Promise((resolve) => setTimeout(resolve, settleMs));

/** What a transaction of one protocol asks with; from the second on brokers add partitions by themselves (KIP-890). */
const protocols = {
  first: { init: 4, produce: 9, end: 3, offsets: 3 },
  second: { init: 5, produce: 12, end: 5, offsets: 5 },
} as const;

class Transactions {
  readonly #talk: Conversation;
  readonly #world: World;
  readonly #versions: (typeof protocols)[keyof typeof protocols];

  constructor(talk: Conversation, world: World, protocol: keyof typeof protocols) {
    this.#talk = talk;
    this.#world = world;
    this.#versions = protocols[protocol];
  }

  init(more: Partial<Producer> = {}, transactionTimeoutMs = 60_000) {
    const transactionalId = this.#world.group;
    return this.#talk.say(initProducerIdApi, this.#versions.init, {
      transactionalId,
      transactionTimeoutMs,
      ...more,
    });
  }

  add(producer: Producer, partitions: readonly number[] = [1]) {
    return this.#talk.say(addPartitionsToTxnApi, 3, {
      transactions: [],
      v3AndBelowTransactionalId: this.#world.group,
      v3AndBelowProducerId: producer.producerId,
      v3AndBelowProducerEpoch: producer.producerEpoch,
      v3AndBelowTopics: [{ name: this.#world.topic, partitions }],
    });
  }

  produce({ producerId, producerEpoch }: Producer, baseSequence: number) {
    const { group, topic } = this.#world;
    const records = [{ timestamp: Date.now(), key: null, value: Buffer.from(`at ${baseSequence}`) }];
    const batch = encodeBatch({ records, producerId, producerEpoch, baseSequence, isTransactional: true });
    return this.#talk.say(produceApi, this.#versions.produce, {
      transactionalId: group,
      acks: -1,
      timeoutMs: 5_000,
      topicData: [{ name: topic, partitionData: [{ index: 1, records: batch }] }],
    });
  }

  end({ producerId, producerEpoch }: Producer, committed: boolean) {
    const transactionalId = this.#world.group;
    return this.#talk.say(endTxnApi, this.#versions.end, {
      transactionalId,
      producerId,
      producerEpoch,
      committed,
    });
  }

  addOffsets(producer: Producer) {
    const { group } = this.#world;
    return this.#talk.say(addOffsetsToTxnApi, 3, {
      transactionalId: group,
      ...this.#ids(producer),
      groupId: `of-${group}`,
    });
  }

  commitOffsets(producer: Producer, committedOffset: number) {
    const { group, topic } = this.#world;
    return this.#talk.say(txnOffsetCommitApi, this.#versions.offsets, {
      transactionalId: group,
      groupId: `of-${group}`,
      ...this.#ids(producer),
      topics: [
        { name: topic, partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: null }] },
      ],
    });
  }

  async look(): Promise<void> {
    const { group, topic } = this.#world;
    await settled();
    await this.#talk.say(describeTransactionsApi, 0, { transactionalIds: [group] });
    for (const isolationLevel of [0, 1]) {
      await this.#talk.say(fetchApi, 12, {
        replicaId: -1,
        maxWaitMs: 50,
        minBytes: 1,
        maxBytes: 1_000_000,
        isolationLevel,
        sessionId: 0,
        sessionEpoch: -1,
        topics: [{ topic, partitions: [{ partition: 1, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
        forgottenTopicsData: [],
      });
      await this.#talk.say(listOffsetsApi, 7, {
        replicaId: -1,
        isolationLevel,
        topics: [{ name: topic, partitions: [{ partitionIndex: 1, timestamp: -1 }] }],
      });
    }
    for (const requireStable of [false, true]) {
      const groups = [{ groupId: `of-${group}`, topics: [{ name: topic, partitionIndexes: [0] }] }];
      await this.#talk.say(offsetFetchApi, 8, { groups, requireStable });
    }
  }

  #ids({ producerId, producerEpoch }: Producer): Producer {
    return { producerId, producerEpoch };
  }
}

/** Committed and aborted ones, with offsets, and what is asked out of turn. */
const first: Sequence = {
  name: 'transactions-first',
  async run(talk, world) {
    const by = new Transactions(talk, world, 'first');
    await by.end({ producerId: 1, producerEpoch: 0 }, true);
    const producer = await by.init();
    if (producer === null) return;
    await by.end(producer, true);
    await by.produce(producer, 0);
    await by.add(producer, [1, 7]);
    await by.add(producer);
    await by.produce(producer, 0);
    await by.look();
    await by.commitOffsets(producer, 1);
    await by.addOffsets(producer);
    await by.commitOffsets(producer, 1);
    await by.look();
    await by.end(producer, true);
    await settled();
    await by.end(producer, true);
    await by.end(producer, false);
    await by.look();
    await by.add(producer);
    await by.produce(producer, 1);
    await by.commitOffsets(producer, 2);
    await by.end(producer, false);
    await by.look();
    await by.end(producer, true);
    await by.produce(producer, 2);
  },
};

/** The next life fences the one before, and aborts what it left open. */
const fencing: Sequence = {
  name: 'transactions-fencing',
  async run(talk, world) {
    const by = new Transactions(talk, world, 'first');
    const old = await by.init();
    if (old === null) return;
    await by.add(old);
    await by.produce(old, 0);
    await by.init();
    await settled();
    const next = await by.init();
    if (next === null) return;
    await by.produce(old, 1);
    await by.add(old);
    await by.end(old, true);
    await by.look();
    await by.init({ producerId: next.producerId, producerEpoch: next.producerEpoch });
    await by.init({ producerId: old.producerId, producerEpoch: old.producerEpoch });
    await by.init({}, 0);
    await by.init({}, 2 ** 31 - 1);
  },
};

/** Brokers add partitions, and each transaction has an epoch of its own. */
const second: Sequence = {
  name: 'transactions-second',
  async run(talk, world) {
    const by = new Transactions(talk, world, 'second');
    const producer = await by.init();
    if (producer === null) return;
    await by.produce(producer, 0);
    await by.commitOffsets(producer, 1);
    await by.look();
    const ended = await by.end(producer, true);
    await settled();
    await by.end(producer, true);
    if (ended === null) return;
    await by.produce(producer, 1);
    const next = { producerId: ended.producerId, producerEpoch: ended.producerEpoch };
    await by.produce(next, 0);
    await by.end(next, false);
    await by.look();
    const last = await by.end({ ...next, producerEpoch: next.producerEpoch + 1 }, false);
    if (last === null) return;
    await settled();
    await by.end({ producerId: last.producerId, producerEpoch: last.producerEpoch }, true);
    await by.look();
  },
};

export const transactionSequences: readonly Sequence[] = [first, fencing, second];
