import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { type ErrorName, errorName } from '@weir/kafka-protocol/errors';
import { encodeBatch } from '@weir/kafka-protocol/records';
import type { SeededRandom } from '@weir/testing/seeded-random';
import type { Configs } from '../simulated-cell.ts';
import type { Access, Stage } from '../stage.ts';
import { epochMs } from '../wall-clock.ts';
import { type Client, NoAnswer } from '../wire-client.ts';
import { Violation } from '../world.ts';
import { Journal, type JournalRules } from './journal.ts';
import type { JournalTransaction } from './journal-transaction.ts';

export const journalTopic = 'journal';

/** What a run's journal is like. */
export interface JournalShape {
  readonly partitionCount: number;
  readonly configs: Configs;
  readonly rules: JournalRules;
  /** Whether anybody deletes its records. */
  readonly isDeletedFrom: boolean;
}

const dayMs = 86_400_000;
const policies = ['delete', 'delete', 'compact', 'compact', 'compact', 'compact,delete'];

/** `hasSteadyClock`: nobody sets the brokers' clocks. */
export function drawJournal(random: SeededRandom, hasSteadyClock: boolean): JournalShape {
  const policy = random.pick(policies);
  const isCompacted = policy !== 'delete';
  const tombstoneMs = random.pick([0, 2_000, dayMs, dayMs]);
  const retentionMs = policy === 'compact' ? -1 : random.pick([-1, -1, 3_000]);
  return {
    partitionCount: random.integer(1, 3),
    configs: {
      'cleanup.policy': policy,
      'segment.ms': String(random.pick([300, 1_000, 3_000])),
      'min.cleanable.dirty.ratio': random.pick(['0', '0', '0.5']),
      'delete.retention.ms': String(tombstoneMs),
      'retention.ms': String(retentionMs),
    },
    rules: { isCompacted, tombstoneMs: hasSteadyClock ? tombstoneMs : null, retentionMs },
    isDeletedFrom: policy !== 'compact' && random.chance(0.6),
  };
}

/** Of what is to be written, what is not the same for all of a batch. */
export interface NewEntry {
  readonly key: string;
  readonly isTombstone: boolean;
}

export interface NewEntries {
  readonly writer: string;
  readonly partition: number;
  readonly entries: readonly NewEntry[];
  readonly transaction: JournalTransaction | null;
  /** Null: its producer is not idempotent. */
  readonly sequence: {
    readonly producerId: number;
    readonly producerEpoch: number;
    readonly baseSequence: number;
  } | null;
}

export interface JournalBatch {
  readonly partition: number;
  readonly ids: readonly string[];
  readonly records: Buffer;
}

/** A topic with keys, transactions, compaction and deletion of records, and those who use it. */
export class JournalStage {
  readonly stage: Stage;
  readonly journal: Journal;
  readonly shape: JournalShape;
  readonly partitions: readonly number[];
  /** As late as any broker's clock has told. */
  readonly latestMs: () => number;
  private readonly open: Access['open'];
  private lastRecord = 0;

  constructor(stage: Stage, open: Access['open'], shape: JournalShape, latestMs: () => number) {
    this.stage = stage;
    this.open = open;
    this.shape = shape;
    this.latestMs = latestMs;
    this.journal = new Journal(() => stage.world.now, shape.rules);
    this.partitions = Array.from({ length: shape.partitionCount }, (_, index) => index);
  }

  connect(clientId: string, present: Client | null = null): Promise<Client | null> {
    return this.stage.connect(clientId, present, this.open);
  }

  /** However long it takes until there is one. */
  async insistOnClient(clientId: string): Promise<Client> {
    for (;;) {
      const client = await this.stage.tryConnect(clientId, this.open);
      if (client !== null) return client;
    }
  }

  /** Keys that are written again and again, and now and then one that nobody writes a second time. */
  newEntries(): NewEntry[] {
    const { random } = this.stage.world;
    return Array.from({ length: random.integer(1, 4) }, () => {
      const isOnce = random.chance(0.15);
      const key = isOnce ? `once-${this.lastRecord}-${random.integer(0, 1_000_000)}` : random.pick(keys);
      return { key, isTombstone: random.chance(isOnce ? 0.4 : 0.15) };
    });
  }

  newBatch({ writer, partition, entries, transaction, sequence }: NewEntries): JournalBatch {
    const { world, usage } = this.stage;
    const timestamp = epochMs + Math.floor(world.now);
    const ids = entries.map(({ key, isTombstone }) => {
      this.lastRecord += 1;
      const id = `${writer}/${this.lastRecord}`;
      const order = this.lastRecord;
      const meant = { id, writer, order, partition, key, isTombstone, timestamp, transaction };
      this.journal.means({ ...meant, sentMs: world.now });
      return id;
    });
    const records = encodeBatch({
      records: entries.map(({ key, isTombstone }, index) => ({
        timestamp,
        key: Buffer.from(key),
        value: isTombstone ? null : Buffer.from(key.padEnd(world.random.pick([10, 10, 2_000]))),
        headers: [{ key: 'id', value: Buffer.from(ids[index] ?? '') }],
      })),
      ...sequence,
      isTransactional: transaction !== null,
    });
    usage.sent(records.length);
    return { partition, ids, records };
  }

  async produce(
    client: Client,
    batch: JournalBatch,
    { version, transactionalId }: { readonly version: number; readonly transactionalId: string | null },
  ): Promise<ErrorName | 'NO_ANSWER'> {
    const { partition: index, records, ids } = batch;
    const topicData = [{ name: journalTopic, partitionData: [{ index, records }] }];
    try {
      const answer = await client.request(produceApi, version, {
        ...{ transactionalId, acks: -1, timeoutMs: 30_000, topicData },
      });
      const response = answer.responses[0]?.partitionResponses[0];
      if (response === undefined) throw new Violation('a produce was answered without its partition');
      const error = errorName(response.errorCode);
      if (error === 'NONE')
        for (const [at, id] of ids.entries()) this.journal.acknowledged(id, response.baseOffset + at);
      return error;
    } catch (cause) {
      if (!(cause instanceof NoAnswer)) throw cause;
      return 'NO_ANSWER';
    }
  }
}

const keys = ['a', 'b', 'c', 'd', 'e'];
