import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { Client } from './client.ts';
import type { AbuserTask, Deeds } from './messages.ts';
import { Random } from './random.ts';

const timelineMax = 20_000;

/** What a case has at hand in the abuser's process: connections, time, and a book of what it did. */
export class AbuseStage {
  readonly task: AbuserTask;
  readonly random: Random;
  requests = 0;
  bytesSent = 0;
  connections = 0;
  cutOff = 0;
  readonly errors: Record<string, number> = {};
  readonly notes: string[] = [];
  readonly #clients = new Set<Client>();
  readonly #timeline: { readonly atMs: number; readonly what: string }[] = [];
  #answersOfGone = 0;
  #endsAtMs = Number.POSITIVE_INFINITY;

  constructor(task: AbuserTask) {
    this.task = task;
    this.random = new Random(task.seed);
  }

  get port(): number {
    return this.task.port;
  }

  begin(): void {
    this.#endsAtMs = performance.now() + this.task.secondsMax * 1_000;
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs;
  }

  get leftMs(): number {
    return Math.max(this.#endsAtMs - performance.now(), 0);
  }

  open(localAddress?: string): Promise<Client> {
    return this.#keep(Client.open(this.port, localAddress));
  }

  /** Without TLS, also where the broker wants it. */
  openPlain(localAddress?: string): Promise<Client> {
    return this.#keep(Client.open(this.port, localAddress, false));
  }

  signIn(clusterId: string, localAddress?: string): Promise<Client> {
    return this.#keep(Client.signIn(this.port, clusterId, localAddress));
  }

  /** So many signed-in connections as can be had, a few at a time. */
  async signInMany(clusterId: string, count: number, localAddress?: string): Promise<Client[]> {
    const clients: Client[] = [];
    const one = async () => {
      while (clients.length < count && !this.isOver) {
        try {
          clients.push(await this.signIn(clusterId, localAddress));
        } catch (cause) {
          this.erred(cause);
          await this.pause(20);
        }
      }
    };
    await Promise.all(Array.from({ length: 10 }, one));
    return clients;
  }

  async #keep(opening: Promise<Client>): Promise<Client> {
    const client = await opening;
    this.connections += 1;
    this.#clients.add(client);
    void client.closed.then(() => {
      this.cutOff += 1;
      this.#clients.delete(client);
      this.#answersOfGone += client.answers;
    });
    return client;
  }

  send(client: Client, bytes: Buffer, requests = 1): boolean {
    this.requests += requests;
    this.bytesSent += bytes.length;
    return client.send(bytes);
  }

  erred(cause: unknown): void {
    const name = cause instanceof Error ? cause.message : String(cause);
    this.errors[name] = (this.errors[name] ?? 0) + 1;
  }

  /** What is done from now on, so that a gap of the victim finds its cause. */
  mark(what: string): void {
    if (this.#timeline.length < timelineMax)
      this.#timeline.push({ atMs: performance.timeOrigin + performance.now(), what });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, Math.min(ms, this.leftMs)));
  }

  /** Waits no longer than the case lasts. */
  async within<T>(promise: Promise<T>, ms = this.leftMs): Promise<T | 'late'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), Math.min(ms, this.leftMs));
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Makes sure of a topic; returns its id. */
  async topic(
    client: Client,
    name: string,
    partitions = 1,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    await client.request(createTopicsApi, 7, {
      topics: [
        {
          name,
          numPartitions: partitions,
          replicationFactor: 1,
          assignments: [],
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: 10_000,
      validateOnly: false,
    });
    const answer = await client.request(metadataApi, 12, {
      topics: [{ topicId: zeroUuid, name }],
      allowAutoTopicCreation: false,
    });
    return answer?.topics[0]?.topicId ?? zeroUuid;
  }

  deeds(): Deeds {
    let answers = this.#answersOfGone;
    for (const client of this.#clients) answers += client.answers;
    const { requests, bytesSent, connections, cutOff, errors, notes } = this;
    return { requests, answers, bytesSent, connections, cutOff, errors, notes, timeline: this.#timeline };
  }
}
