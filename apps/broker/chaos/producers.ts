import type { Kafka, Producer } from 'kafkajs';
import { type History, idempotentName, textOf } from './history.ts';
import { partitions, topic } from './topic.ts';

interface ProducerKind {
  readonly name: string;
  readonly isIdempotent: boolean;
  readonly acks: -1 | 1;
  /** Records in one request. */
  readonly batch: number;
}

// An idempotent one has one record under way: after a lost answer this client gives the sequence number of the record
// to the next one that waits, which a broker then takes for the same (sendMessages.js of kafkajs 2.2.4).
const kinds: readonly ProducerKind[] = [
  { name: idempotentName('a'), isIdempotent: true, acks: -1, batch: 1 },
  { name: idempotentName('b'), isIdempotent: true, acks: -1, batch: 1 },
  { name: 'plain', isIdempotent: false, acks: -1, batch: 5 },
  { name: 'leader-only', isIdempotent: false, acks: 1, batch: 2 },
];

/** So that what is read again and again in a long run stays little. */
const paceMs = 8;
const stopMsMax = 60_000;

export interface Pause {
  readonly ms: number;
  readonly untilMs: number;
}

/** Send numbered records to every partition, each producer to one of them, until they are told to stop. */
export class Producers {
  readonly counts = { refused: 0 };
  readonly #kafka: Kafka;
  readonly #history: History;
  readonly #running: Promise<void>[] = [];
  /** Producers that have something under way, by name. */
  readonly #waiting = new Set<string>();
  #lastMs = performance.now();
  #longest: Pause = { ms: 0, untilMs: 0 };
  #isStopped = false;

  constructor(kafka: Kafka, history: History) {
    this.#kafka = kafka;
    this.#history = history;
  }

  start(): void {
    this.#lastMs = performance.now();
    for (const partition of partitions)
      for (const kind of kinds) this.#running.push(this.#produce(kind, partition));
  }

  /** The longest time without an acknowledgement since this was last asked, that which goes on included. */
  takePause(): Pause {
    this.#notePause();
    const longest = this.#longest;
    this.#longest = { ms: 0, untilMs: 0 };
    return longest;
  }

  /** What was begun is finished. Resolves to those who could not within a minute. */
  async stop(): Promise<readonly string[]> {
    this.#isStopped = true;
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, stopMsMax);
    await Promise.race([Promise.all(this.#running), tooLate]);
    clearTimeout(timer);
    return [...this.#waiting];
  }

  async #produce(kind: ProducerKind, partition: number): Promise<void> {
    for (let life = 0; !this.#isStopped; life++) {
      const name = `${kind.name}-${partition}.${life}`;
      const producer = this.#kafka.producer({ idempotent: kind.isIdempotent });
      this.#waiting.add(name);
      try {
        await producer.connect();
        await this.#send(producer, kind, partition, name);
      } catch {
        // What it sent last may be there or not. Its successor is another producer to the brokers as well.
        this.counts.refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
      } finally {
        await producer.disconnect().catch(() => undefined);
        this.#waiting.delete(name);
      }
    }
  }

  async #send(producer: Producer, { acks, batch }: ProducerKind, partition: number, name: string) {
    for (let number = 0; !this.#isStopped; number += batch) {
      const values = Array.from({ length: batch }, (_, index) =>
        textOf({ producer: name, number: number + index }),
      );
      const messages = values.map((value) => ({ value, partition }));
      const [placed] = await producer.send({ topic, acks, messages });
      if (acks === -1) this.#acknowledged(partition, Number(placed?.baseOffset ?? -1), values);
      await new Promise((resolve) => setTimeout(resolve, paceMs));
    }
  }

  #acknowledged(partition: number, baseOffset: number, values: readonly string[]): void {
    values.forEach((value, index) => {
      this.#history.acknowledged(partition, baseOffset < 0 ? -1 : baseOffset + index, value);
    });
    this.#notePause();
    this.#lastMs = performance.now();
  }

  #notePause(): void {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs > this.#longest.ms) this.#longest = { ms: nowMs - this.#lastMs, untilMs: nowMs };
  }
}
