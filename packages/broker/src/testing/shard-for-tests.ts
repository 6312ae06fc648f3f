import type { CoordinatorRecord, Outcome } from '../coordinator/outcome.ts';
import { ShardRuntime, type StateMachine } from '../coordinator/shard-runtime.ts';
import { TailCache } from '../log/tail-cache.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Partition } from '../partition/partition.ts';
import { Vacating } from '../partition/vacating.ts';
import { Engine } from './engine-for-tests.ts';
import { clusterForTests, noMetadata } from './identity-for-tests.ts';
import { dir, plainOptions } from './log-for-tests.ts';

const random = { bytes: (length: number) => Buffer.alloc(length), below: () => 0 };

/** The simplest state there is: texts by key. A null value forgets the key. */
export class TextMachine implements StateMachine {
  readonly texts = new Map<string, string>();
  deadline: number | null = null;
  expired = 0;
  readonly #poison: string;

  /** `poison`: a key that the machine cannot read. */
  constructor(poison = '') {
    this.#poison = poison;
  }

  replay({ key, value }: CoordinatorRecord): void {
    if (key.toString() === this.#poison && this.#poison !== '') throw new Error('this cannot be read');
    if (value === null) this.texts.delete(key.toString());
    else this.texts.set(key.toString(), value.toString());
  }

  loaded(): void {}

  dispose(): void {}

  *snapshot(): Generator<CoordinatorRecord> {
    for (const [key, text] of this.texts) yield textRecord(key, text);
  }

  nextDeadline(): number | null {
    return this.deadline;
  }

  expire(): Outcome {
    this.expired += 1;
    this.deadline = null;
    return { records: [textRecord('expired', 'yes')], replies: [] };
  }
}

export function textRecord(key: string, value: string | null): CoordinatorRecord {
  return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) };
}

export interface ShardShape {
  readonly engine?: Engine;
  readonly messageBytesMax?: number;
  readonly snapshotDistanceBytes?: number;
  readonly poison?: string;
}

/** A runtime over a real partition on a simulated disk. */
export class ShardForTests {
  readonly engine: Engine;
  readonly partition: Partition;
  readonly runtime: ShardRuntime<TextMachine>;
  readonly machines: TextMachine[] = [];

  constructor(shape: ShardShape = {}) {
    const { engine = new Engine(), messageBytesMax = 100 << 20 } = shape;
    const { clock, disk, log } = engine;
    const deps = { ...noMetadata, clock, disk, log, random, usage: noUsage };
    const pool = new FramePool(1 << 20, true);
    const environment = {
      deps,
      brokerId: 1,
      pool,
      cache: new TailCache(1 << 20),
      vacating: new Vacating(deps.log),
    };
    const record = {
      leader: 1,
      leaderEpoch: 0,
      partitionEpoch: 0,
      replicas: [1],
      isr: [1],
      eligibleReplicas: [],
      uncleanEpoch: -1,
      reassignment: null,
    };
    const rules = {
      messageBytesMax,
      timestampType: 'CreateTime' as const,
      timestampBeforeMsMax: Number.MAX_SAFE_INTEGER,
      timestampAfterMsMax: 1 << 30,
      isCompacted: false,
    };
    this.engine = engine;
    const settings = { log: plainOptions, rules, minInsyncReplicas: 1 };
    this.partition = new Partition(
      environment,
      { dir, topicId: 'topic', index: 0 },
      record,
      settings,
      clusterForTests('cell'),
    );
    const create = () => {
      const machine = new TextMachine(shape.poison);
      this.machines.push(machine);
      return machine;
    };
    this.runtime = new ShardRuntime(deps, pool, this.partition, create, shape.snapshotDistanceBytes);
  }

  /** Writes the records as one decision, and waits for its answer. */
  write(...records: readonly CoordinatorRecord[]) {
    return this.engine.run(this.begin(...records));
  }

  begin(...records: readonly CoordinatorRecord[]) {
    return this.runtime.run<string>((_machine, _now, token) => ({
      records,
      replies: [{ token, response: 'written' }],
    }));
  }

  async texts(): Promise<Record<string, string>> {
    const answer = await this.engine.run(
      this.runtime.run<Record<string, string>>((machine, _now, token) => ({
        records: [],
        replies: [{ token, response: Object.fromEntries(machine.texts) }],
      })),
    );
    if (!answer.ok) throw new Error(answer.error);
    return answer.response;
  }

  /** The next life of the same shard, over the same disk. */
  async restarted(shape: ShardShape = {}): Promise<ShardForTests> {
    this.runtime.stop();
    await this.engine.run(this.partition.close());
    return new ShardForTests({ ...shape, engine: this.engine });
  }

  /** The power goes, and comes back: what was not synced may be lost. */
  powerCut(): ShardForTests {
    this.runtime.stop();
    this.engine.disks.cutPower();
    return new ShardForTests({ engine: this.engine });
  }

  /** Lets whatever is under way end, a snapshot and the removal of what it replaces included. */
  settled(): Promise<void> {
    return this.engine.pass(1_000);
  }

  /** Keeps the partition from being opened until the returned function is called. */
  holdOpening(): () => void {
    const open = this.partition.open.bind(this.partition);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.partition.open = () => promise.then(open);
    return resolve;
  }
}
