import type { Kafka } from 'kafkajs';
import { type ConsumerNews, ConsumerProcess } from './consumer-process.ts';
import type { History, SeenRecord } from './history.ts';
import { partitions, topic } from './topic.ts';

const groupId = 'billing';
const membersCount = 2;
const lookMs = 2_000;
const againMs = 20_000;

/** A group that commits what it has read, somebody who looks at what it committed, and a reader from the beginning. */
export class Consumers {
  readonly #kafka: Kafka;
  readonly #addresses: readonly string[];
  readonly #history: History;
  readonly #group: (ConsumerProcess | null)[] = [];
  readonly #loops: Promise<void>[] = [];
  readonly #stopped = Promise.withResolvers<void>();
  #isStopped = false;
  #made = 0;

  constructor(kafka: Kafka, addresses: readonly string[], history: History) {
    this.#kafka = kafka;
    this.#addresses = addresses;
    this.#history = history;
  }

  start(): void {
    for (let index = 0; index < membersCount; index++) this.#group.push(this.#join());
    this.#loops.push(this.#readAgain(), this.#look());
  }

  /** One of the group goes; resolves to what brings another. */
  async leave(): Promise<() => void> {
    const consumer = this.#group[0] ?? null;
    this.#group[0] = null;
    await consumer?.leave();
    return () => {
      this.#group[0] = this.#join();
    };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopped.resolve();
    await Promise.all([...this.#loops, ...this.#group.map((consumer) => consumer?.leave())]);
  }

  #join(): ConsumerProcess {
    this.#made += 1;
    return this.#start(`member ${this.#made}`, groupId, true);
  }

  #start(name: string, group: string, commits: boolean): ConsumerProcess {
    /** Those that it has not read from since they were given out. */
    let fresh = new Set<number>();
    const settings = { addresses: this.#addresses, groupId: group, commits };
    return ConsumerProcess.start(settings, (news) => {
      if (news.kind === 'joined') fresh = new Set(partitions);
      this.#take(news, name, commits ? fresh : new Set());
    });
  }

  #take(news: ConsumerNews, name: string, fresh: Set<number>): void {
    if (news.kind === 'joined') this.#history.began(name);
    else if (news.kind === 'committed') this.#history.committed(news.partition, news.offset);
    else {
      const { partition, records } = news;
      const first = records[0];
      // Whoever had the partition before can commit nothing once it was given out again.
      const floor = this.#history.commitFloor(partition);
      if (fresh.delete(partition) && first !== undefined)
        this.#history.foundCommit(partition, first.offset, floor, `${name} began at`);
      this.#history.read(name, partition, records);
    }
  }

  /** From the beginning to where it gets in a while, over and over. */
  async #readAgain(): Promise<void> {
    for (let round = 0; !this.#isStopped; round++) {
      const name = `reader ${round}`;
      const reader = this.#start(name, name, false);
      await this.#pause(againMs);
      await reader.leave();
    }
  }

  async #look(): Promise<void> {
    const admin = this.#kafka.admin();
    while (!this.#isStopped) {
      const floors = partitions.map((partition) => this.#history.commitFloor(partition));
      try {
        await admin.connect();
        const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
        for (const { partition, offset } of found?.partitions ?? [])
          this.#history.foundCommit(partition, Number(offset), floors[partition] ?? -1, 'a look found');
      } catch {
        // Nobody could tell; the next look may be answered.
      }
      await this.#pause(lookMs);
    }
    await admin.disconnect().catch(() => undefined);
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    await Promise.race([promise, this.#stopped.promise]);
    clearTimeout(timer);
  }
}

const readMsMax = 60_000;

/** Every partition from the beginning up to its end; null where that could not be read within a minute. */
export async function readLogs(
  kafka: Kafka,
  addresses: readonly string[],
): Promise<ReadonlyMap<number, readonly SeenRecord[]> | null> {
  const ends = await endsOf(kafka);
  if (ends === null) return null;
  const logs = new Map<number, SeenRecord[]>(partitions.map((partition) => [partition, []]));
  const isDone = () => partitions.every((partition) => isUpTo(logs.get(partition), ends.get(partition)));
  const done = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => done.resolve(isDone()), readMsMax);
  const reader = ConsumerProcess.start({ addresses, groupId: 'auditor', commits: false }, (news) => {
    // Read anew from where it is given out, so a second time replaces the first.
    if (news.kind === 'joined') for (const partition of partitions) logs.set(partition, []);
    if (news.kind === 'read') logs.get(news.partition)?.push(...news.records);
    if (isDone()) done.resolve(true);
  });
  const isRead = await done.promise;
  clearTimeout(timer);
  await reader.leave();
  return isRead ? logs : null;
}

const isUpTo = (log: readonly SeenRecord[] = [], end = 0): boolean => (log.at(-1)?.offset ?? -1) + 1 >= end;

async function endsOf(kafka: Kafka): Promise<ReadonlyMap<number, number> | null> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  } catch {
    return null;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
