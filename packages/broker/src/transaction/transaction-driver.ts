import type { ErrorName } from '@weir/kafka-protocol/errors';
import type { Moment } from '../coordinator/moment.ts';
import type { CoordinatorRecord, Outcome } from '../coordinator/outcome.ts';
import { Account } from '../memory/account.ts';
import type { Described } from './describe.ts';
import type { EndAnswer } from './end-transaction.ts';
import type { InitAnswer, InitProducerId } from './init-producer-id.ts';
import {
  defaultTransactionSettings,
  type MarkerWork,
  type TransactionPartition,
  type TransactionSettings,
} from './settings.ts';
import { TransactionCoordinatorShard } from './shard.ts';

/**
 * For tests: drives a shard as its runtime does (replay at once; replies, and what is to be done outside, once committed)
 * with a clock and a log of its own.
 */
export class TransactionDriver {
  /** By both clocks, milliseconds. */
  now = 1_000_000;
  readonly settings: TransactionSettings;
  readonly account = new Account(Number.MAX_SAFE_INTEGER);
  readonly deletedClusters = new Set<string>();
  /** Markers that were asked for and not answered for yet. */
  works: MarkerWork[] = [];
  log: CoordinatorRecord[] = [];
  name = { clusterId: 'lkc-1', transactionalId: 'writer' };
  private shard: TransactionCoordinatorShard;
  private readonly answers = new Map<number, unknown>();
  private lastToken = 0;
  private lastId = 100;

  constructor(settings: Partial<TransactionSettings> = {}) {
    this.settings = { ...defaultTransactionSettings, ...settings };
    this.shard = this.create();
    this.shard.loaded(this.moment);
  }

  get moment(): Moment {
    return { wallMs: this.now, monotonicMs: this.now };
  }

  /** A coordinator begins anew from the log; nobody hears of markers that were under way. */
  restart(): void {
    this.works = [];
    this.shard.dispose();
    this.shard = this.create();
    for (const record of this.log) this.shard.replay(record);
    this.shard.loaded(this.moment);
  }

  /** The same from a snapshot of the state, in place of the log. */
  restartFromSnapshot(): void {
    this.log = [...this.shard.snapshot()];
    this.restart();
  }

  /** Lets time pass, stopping at every deadline on the way. */
  advance(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.shard.nextDeadline();
      if (next === null || next > end) break;
      this.now = Math.max(this.now, next);
      this.apply(this.shard.expire(this.moment));
    }
    this.now = end;
  }

  init(ask: Partial<InitProducerId> = {}): InitAnswer {
    const asked = { name: this.name, timeoutMs: 60_000, producerId: -1, producerEpoch: -1, ...ask };
    const put = (freshId: number | null) =>
      this.ask<InitAnswer>((token) => this.shard.initProducerId(this.moment, token, { ...asked, freshId }));
    const answer = put(null);
    if (answer.kind !== 'needs-id') return answer;
    this.lastId += 1;
    return put(this.lastId);
  }

  add(producerId: number, producerEpoch: number, partition = 0, protocol: 1 | 2 = 1): ErrorName {
    const partitions = [{ topic: 'topic', partition }];
    const asked = { name: this.name, producerId, producerEpoch, protocol, partitions };
    return this.ask((token) => this.shard.addPartitions(this.moment, token, asked));
  }

  verify(producerId: number, producerEpoch: number, partition = 0): ErrorName {
    const asked = { name: this.name, producerId, producerEpoch, topic: 'topic', partition };
    return this.ask((token) => this.shard.verifyPartition(this.moment, token, asked));
  }

  end(producerId: number, producerEpoch: number, isCommit: boolean, protocol: 1 | 2 = 1): EndAnswer {
    const asked = { name: this.name, producerId, producerEpoch, isCommit, protocol };
    const put = (freshId: number | null) =>
      this.ask<EndAnswer>((token) => this.shard.endTransaction(this.moment, token, { ...asked, freshId }));
    const answer = put(null);
    if (answer.kind !== 'needs-id') return answer;
    this.lastId += 1;
    return put(this.lastId);
  }

  /** Answers for the markers that were asked for: all of them are written, or those that are told. */
  write(written?: readonly TransactionPartition[]): void {
    const { works } = this;
    this.works = [];
    for (const work of works)
      this.apply(this.shard.markersWritten(this.moment, work, written ?? work.partitions));
  }

  described(): Described {
    return this.ask((token) => this.shard.describe(this.moment, token, this.name));
  }

  get state(): string {
    return this.described().transactionState;
  }

  get producer(): readonly [id: number, epoch: number] {
    const { producerId, producerEpoch } = this.described();
    return [producerId, producerEpoch];
  }

  private ask<Response>(event: (token: number) => Outcome): Response {
    this.lastToken += 1;
    this.apply(event(this.lastToken));
    return this.answers.get(this.lastToken) as Response; // The caller knows what it asked.
  }

  private apply(outcome: Outcome): void {
    for (const record of outcome.records) {
      this.shard.replay(record);
      this.log.push(record);
    }
    for (const { token, response } of outcome.replies) {
      if (this.answers.has(token)) throw new Error(`token ${token} was answered twice`);
      this.answers.set(token, response);
    }
    for (const begin of outcome.effects ?? []) begin();
  }

  private create(): TransactionCoordinatorShard {
    return new TransactionCoordinatorShard({
      settings: this.settings,
      hasCluster: (clusterId) => !this.deletedClusters.has(clusterId),
      accountOf: () => this.account,
      limitReached: () => undefined,
      writeMarkers: (work) => this.works.push(work),
    });
  }
}
