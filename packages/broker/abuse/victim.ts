import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { errorName } from '@weir/kafka-protocol/errors';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { batchOf } from '../src/testing/log-for-tests.ts';
import { Client } from './client.ts';
import { FigureBook } from './figure-book.ts';
import type { VictimOrder, VictimWord } from './messages.ts';
import { victimGroup, victimId, victimTopic } from './tenants.ts';

// The quiet tenant: every ten milliseconds one small request on one of three connections, and every second a
// new connection that signs in. A request that should begin while its connection is busy counts from when it
// should have begun, so that a broker that stands still is not asked less.

const tickMs = 10;
const signInMs = 1_000;
const address = '127.0.0.1';
const port = Number(process.argv[2]);
const book = new FigureBook();

type Operation = (client: Client) => Promise<number | undefined>;

let lastOffset = 0;
const produce: Operation = async (client) => {
  const records = batchOf({ valueBytes: 1_000, timestamp: Date.now() });
  const answer = await client.request(produceApi, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: victimTopic, partitionData: [{ index: 0, records }] }],
  });
  const partition = answer?.responses[0]?.partitionResponses[0];
  if (partition?.errorCode === 0) lastOffset = partition.baseOffset;
  return partition?.errorCode;
};

const fetchTail: Operation = async (client) => {
  const answer = await client.request(fetchApi, 12, {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1_000_000,
    topics: [
      {
        topic: victimTopic,
        partitions: [{ partition: 0, fetchOffset: lastOffset, partitionMaxBytes: 100_000 }],
      },
    ],
    forgottenTopicsData: [],
  });
  return answer?.responses[0]?.partitions[0]?.errorCode;
};

const commit: Operation = async (client) => {
  const partitions = [{ partitionIndex: 0, committedOffset: lastOffset, committedMetadata: '' }];
  const topics = [{ name: victimTopic, partitions }];
  const answer = await client.request(offsetCommitApi, 8, { groupId: victimGroup, memberId: '', topics });
  return answer?.topics[0]?.partitions[0]?.errorCode;
};

const askMetadata: Operation = async (client) => {
  const topics = [{ topicId: zeroUuid, name: victimTopic }];
  const answer = await client.request(metadataApi, 12, { topics, allowAutoTopicCreation: false });
  return answer?.topics[0]?.errorCode;
};

/** One connection: its requests go one after the other, each counted from when it was due. */
class Worker {
  readonly #operations: readonly (readonly [string, Operation])[];
  readonly #due: number[] = [];
  #client: Client | null = null;
  #turn = 0;
  #isBusy = false;

  constructor(operations: readonly (readonly [string, Operation])[]) {
    this.#operations = operations;
  }

  due(): void {
    this.#due.push(performance.now());
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    for (let since = this.#due.shift(); since !== undefined; since = this.#due.shift()) {
      const [name, operation] = this.#operations[this.#turn % this.#operations.length] ?? ['none', null];
      this.#turn += 1;
      try {
        if (this.#client?.isClosed !== false) this.#client = await Client.signIn(port, victimId, address);
        const error = await operation?.(this.#client);
        if (error === 0) book.succeeded(name, since);
        else book.failed(`${name}: ${error === undefined ? 'connection ended' : errorName(error)}`);
      } catch (cause) {
        book.failed(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`);
      }
    }
    this.#isBusy = false;
  }
}

async function signInAgain(): Promise<void> {
  const since = performance.now();
  try {
    const client = await Client.signIn(port, victimId, address);
    book.signedIn(performance.now() - since);
    client.end();
  } catch (cause) {
    book.failed(`sign-in: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

const first = await Client.signIn(port, victimId, address);
await first.request(createTopicsApi, 7, {
  topics: [{ name: victimTopic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 30_000,
  validateOnly: false,
});
for (const operation of [produce, commit, fetchTail, askMetadata]) {
  while ((await operation(first)) !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
first.end();

const workers = [
  new Worker([['produce', produce]]),
  new Worker([['fetch', fetchTail]]),
  new Worker([
    ['commit', commit],
    ['metadata', askMetadata],
  ]),
];
let tick = 0;
setInterval(() => {
  workers[tick % workers.length]?.due();
  tick += 1;
}, tickMs);
setInterval(() => void signInAgain(), signInMs);

const say = (word: VictimWord) => process.send?.(word);
process.on('message', (order: VictimOrder) => {
  if (order.kind === 'begin') book.begin();
  else say({ kind: 'figures', figures: book.figures() });
});
process.on('disconnect', () => process.exit(0));
say({ kind: 'ready' });
