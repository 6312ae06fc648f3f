import { mkdirSync, rmSync } from 'node:fs';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { offsetCommitApi } from '@weir/kafka-protocol/apis/08-offset-commit';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import {
  brokerDiskThreads,
  brokerHeapFlags,
  brokerMemoryMb,
  machineMemoryMb,
  planMemory,
} from '@weir/runtime/memory-plan';
import { Client, tlsVariable } from './client.ts';
import type {
  AbuserOrder,
  AbuserTask,
  AbuserWord,
  BrokerOrder,
  BrokerWord,
  Complaint,
  Deeds,
  Effort,
  Figures,
  Memory,
  VictimOrder,
  VictimWord,
} from './messages.ts';
import { StageProcess } from './stage-process.ts';
import { victimGroup, victimId, victimTopic } from './tenants.ts';

/** The abuser's own work is kept off the processor where the victim is; the broker, with its threads, has them all. */
const brokerPlace = { cpu: null, nice: -15 };
const victimPlace = { cpu: 0, nice: -19 };
const abuserPlace = { cpu: 1, nice: 5 };

export interface Window {
  readonly figures: Figures;
  /** Null where the broker is dead. */
  readonly effort: Effort | null;
  readonly deeds: Deeds | null;
  /** Why the abuser ended early, if it did. */
  readonly abuserProblem: string | null;
}

/** As the product's launcher plans it for this machine. */
const plannedHeapMb = planMemory(brokerMemoryMb(machineMemoryMb())).heapMb;

/** How its broker is started, where it is not as planned. */
export interface StageShape {
  readonly heapMb?: number | undefined;
  readonly isTls?: boolean | undefined;
}

/** A broker with a quiet tenant at work, each in a process of its own, over a directory of its own. */
export class Stage {
  readonly #dir: string;
  readonly #heapMb: number;
  readonly #isTls: boolean;
  #broker: StageProcess<BrokerOrder, BrokerWord>;
  #victim: StageProcess<VictimOrder, VictimWord>;
  readonly #port: number;
  /** The victim's topic, for those who ask for it by id. */
  readonly victimTopicId: string;

  private constructor(
    dir: string,
    how: StageShape,
    broker: StageProcess<BrokerOrder, BrokerWord>,
    victim: StageProcess<VictimOrder, VictimWord>,
    found: { readonly port: number; readonly victimTopicId: string },
  ) {
    this.#dir = dir;
    this.#heapMb = how.heapMb ?? plannedHeapMb;
    this.#isTls = how.isTls ?? false;
    this.#broker = broker;
    this.#victim = victim;
    this.#port = found.port;
    this.victimTopicId = found.victimTopicId;
  }

  static async start(dir: string, how: StageShape = {}): Promise<Stage> {
    const { heapMb = plannedHeapMb, isTls = false } = how;
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    const broker = startBroker(dir, heapMb, 0, isTls);
    let victim: StageProcess<VictimOrder, VictimWord> | null = null;
    try {
      const { port } = await broker.hear('ready');
      victim = startVictim(port, isTls);
      await victim.hear('ready');
      const victimTopicId = await topicIdOfVictim(port, isTls);
      return new Stage(dir, how, broker, victim, { port, victimTopicId });
    } catch (cause) {
      await Promise.all([broker.end(), victim?.end()]);
      throw cause;
    }
  }

  get isAlive(): boolean {
    return this.#broker.isAlive;
  }

  /** What the broker said is wrong with it, since this was last asked. */
  takeComplaints(): Complaint[] {
    const taken: Complaint[] = [];
    const { words } = this.#broker;
    for (let at = words.length - 1; at >= 0; at -= 1) {
      const word = words[at];
      if (word?.kind !== 'complaint') continue;
      taken.unshift(word.complaint);
      words.splice(at, 1);
    }
    return taken;
  }

  /** After a full collection: nobody should measure anything meanwhile. */
  async memory(): Promise<Memory> {
    this.#broker.tell({ kind: 'memory' });
    return (await this.#broker.hear('memory')).memory;
  }

  async addTenants(ids: readonly string[]): Promise<void> {
    this.#broker.tell({ kind: 'add-tenants', ids });
    await this.#broker.hear('tenants-added');
  }

  /** The victim's figures while an abuser that was started for it does the case, or idles. */
  async watch(task: Omit<AbuserTask, 'port' | 'victimTopicId'>): Promise<Window> {
    const { victimTopicId } = this;
    const abuser = new StageProcess<AbuserOrder, AbuserWord>('abuser', [], abuserPlace, {
      nodeArgs: ['--max-old-space-size=3000'],
      env: wireOf(this.#isTls),
    });
    let deeds: Deeds | null = null;
    let abuserProblem: string | null = null;
    try {
      abuser.tell({ kind: 'prepare', task: { ...task, port: this.#port, victimTopicId } });
      await abuser.hear('prepared', prepareMsMax);
      this.#broker.tell({ kind: 'begin' });
      this.#victim.tell({ kind: 'begin' });
      abuser.tell({ kind: 'begin' });
      deeds = (await abuser.hear('done', task.secondsMax * 1_000 + graceMs)).deeds;
    } catch (cause) {
      abuserProblem = cause instanceof Error ? cause.message : String(cause);
    }
    // With everything that it holds open: nobody says goodbye.
    await abuser.end('SIGKILL');
    // What follows the end of a thousand connections is part of the abuse.
    await pause(settleMs);
    this.#victim.tell({ kind: 'end' });
    this.#broker.tell({ kind: 'end' });
    const { figures } = await this.#victim.hear('figures');
    const effort = this.isAlive ? (await this.#broker.hear('effort')).effort : null;
    return { figures, effort, deeds, abuserProblem };
  }

  /** Kills the broker and starts it anew; milliseconds until it serves the quiet tenant's group. */
  async restart(): Promise<number> {
    await this.#victim.end();
    await this.#broker.end('SIGKILL');
    const began = performance.now();
    this.#broker = startBroker(this.#dir, this.#heapMb, this.#port, this.#isTls);
    await this.#broker.hear('ready');
    while (!(await commitsForVictim(this.#port, this.#isTls))) await pause(5);
    const readyMs = performance.now() - began;
    this.#victim = startVictim(this.#port, this.#isTls);
    await this.#victim.hear('ready');
    return readyMs;
  }

  async close(): Promise<void> {
    await Promise.all([this.#victim.end(), this.#broker.end()]);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

const prepareMsMax = 120_000;
const graceMs = 20_000;
const settleMs = 500;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

const wireOf = (isTls: boolean): Readonly<Record<string, string>> => (isTls ? { [tlsVariable]: '1' } : {});

function startBroker(
  dir: string,
  heapMb: number,
  port: number,
  isTls: boolean,
): StageProcess<BrokerOrder, BrokerWord> {
  const nodeArgs = [`--max-old-space-size=${heapMb}`, ...brokerHeapFlags, '--expose-gc'];
  const env = { UV_THREADPOOL_SIZE: String(brokerDiskThreads), ...wireOf(isTls) };
  return new StageProcess('stage-broker', [dir, String(port)], brokerPlace, { nodeArgs, env });
}

const startVictim = (port: number, isTls: boolean): StageProcess<VictimOrder, VictimWord> =>
  new StageProcess('victim', [String(port)], victimPlace, { env: wireOf(isTls) });

async function topicIdOfVictim(port: number, isTls: boolean): Promise<string> {
  const client = await Client.signIn(port, victimId, undefined, isTls);
  const topics = [{ topicId: zeroUuid, name: victimTopic }];
  const answer = await client.request(metadataApi, 12, { topics, allowAutoTopicCreation: false });
  client.end();
  return answer?.topics[0]?.topicId ?? zeroUuid;
}

async function commitsForVictim(port: number, isTls: boolean): Promise<boolean> {
  const client = await Client.signIn(port, victimId, undefined, isTls);
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }];
  const topics = [{ name: victimTopic, partitions }];
  const answer = await client.request(offsetCommitApi, 8, { groupId: victimGroup, memberId: '', topics });
  client.end();
  return answer?.topics[0]?.partitions[0]?.errorCode === 0;
}
