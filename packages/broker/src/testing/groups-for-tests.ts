import { type Authorizer, allowEverything } from '@weir/metadata-store/acl-index';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { ClusterRecord } from '@weir/metadata-store/model';
import type { Handler, Pipelined, Reply, RequestContext } from '../apis/handler.ts';
import { Cell } from '../cluster/cell.ts';
import { unnamedDoor } from '../cluster/door.ts';
import type { LogicalCluster } from '../cluster/logical-cluster.ts';
import { type GroupOptions, Groups } from '../coordinator/groups.ts';
import { ensureInternalTopics } from '../coordinator/internal-topic.ts';
import { Transactions } from '../coordinator/transactions.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { TailCache } from '../log/tail-cache.ts';
import { FairQueue } from '../memory/fair-queue.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { ClientMeter } from '../metering/metering.ts';
import { noUsage } from '../metering/no-usage.ts';
import { WrittenTerms } from '../metering/written-terms.ts';
import { ProducerIds } from '../partition/producer-ids.ts';
import { Vacating } from '../partition/vacating.ts';
import { Pace } from '../schedule/pace.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Engine } from './engine-for-tests.ts';
import { clusterRecord, noMetadata } from './identity-for-tests.ts';
import { batchOf } from './log-for-tests.ts';

const nobodyElse = () => Promise.reject(new Error('there is no other broker'));

interface Life {
  readonly cell: Cell;
  readonly groups: Groups;
  readonly transactions: Transactions;
}

/** The groups of a cell over a simulated disk, with the handlers that lead to them and nothing of connections. */
export class GroupsForTests {
  readonly engine = new Engine();
  readonly metadata = createMemoryMetadataStore();
  readonly pool = new FramePool(1 << 20, true);
  readonly #options: Partial<GroupOptions>;
  readonly #authorizer: Authorizer | null;
  #life: Life | null = null;
  #randoms = 0;

  private constructor(options: Partial<GroupOptions>, authorizer: Authorizer | null) {
    this.#options = options;
    this.#authorizer = authorizer;
  }

  /** One cluster, `lkc-a`, with a topic of `partitionCount` partitions. `authorizer` null: its ACLs decide. */
  static async start(
    limits: Partial<ClusterRecord['limits']> = {},
    partitionCount = 10,
    options: Partial<GroupOptions> = {},
    authorizer: Authorizer | null = allowEverything,
  ): Promise<GroupsForTests> {
    // Loaded from outside of simulated time, which must wait for nothing real.
    await loadCompression();
    const groups = new GroupsForTests(options, authorizer);
    await groups.metadata.registerBroker(brokerOf(1));
    await groups.addCluster('lkc-a', limits, partitionCount);
    await groups.#begin();
    return groups;
  }

  async addCluster(
    id: string,
    limits: Partial<ClusterRecord['limits']>,
    partitionCount: number,
  ): Promise<void> {
    await this.metadata.applyCluster(clusterRecord(id, limits));
    const created = await this.metadata.createTopic({
      clusterId: id,
      name: 'topic',
      partitionCount,
      replicationFactor: 1,
      configs: {},
      validateOnly: false,
    });
    if (!created.ok) throw new Error(created.message);
    if (this.#life !== null) await this.engine.run(this.#life.cell.catchUp());
  }

  /** The broker stops and begins again; `meanwhile` is done in between. */
  async restart(meanwhile: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.groups.stop();
    await this.engine.run(this.cell.stop());
    await meanwhile();
    await this.#begin();
  }

  get cell(): Cell {
    return this.#present().cell;
  }

  get groups(): Groups {
    return this.#present().groups;
  }

  cluster(id = 'lkc-a'): LogicalCluster {
    const cluster = this.cell.clusters.get(id);
    if (cluster === undefined) throw new Error(`there is no cluster ${id}`);
    return cluster;
  }

  /** Hands a decoded request to its handler; returns the whole reply. */
  ask<Request, Response>(
    handler: Handler<Request, Response>,
    apiVersion: number,
    request: Request,
    clusterId = 'lkc-a',
  ): Promise<Reply<Response>> {
    return this.engine.run(this.begin(handler, apiVersion, request, clusterId));
  }

  /** The same without waiting for the answer. */
  async begin<Request, Response>(
    handler: Handler<Request, Response>,
    apiVersion: number,
    request: Request,
    clusterId = 'lkc-a',
  ): Promise<Reply<Response>> {
    const answer = await handler.handle(this.#context(apiVersion, clusterId), request);
    return isPipelined(answer) ? answer.reply : answer;
  }

  #present(): Life {
    if (this.#life === null) throw new Error('the cell has not begun');
    return this.#life;
  }

  async #begin(): Promise<void> {
    const { clock, disk, log } = this.engine;
    const random = {
      bytes: (length: number) => {
        this.#randoms += 1;
        const bytes = Buffer.alloc(length);
        bytes.writeUInt32BE(this.#randoms, length - 4);
        return bytes;
      },
      below: () => 0,
    };
    const deps = { ...noMetadata, metadata: this.metadata, clock, disk, log, random, usage: noUsage };
    const environment = {
      deps,
      brokerId: 1,
      pool: this.pool,
      cache: new TailCache(1 << 20),
      vacating: new Vacating(deps.log),
    };
    const cell = new Cell(environment, { durability: 'fsync', authorizer: this.#authorizer });
    const groups = new Groups(cell, { rebalanceDelayMs: 0, ...this.#options });
    cell.onTopicDeleted = () => groups.topicDeleted();
    const alone = { verify: nobodyElse, endTransaction: nobodyElse };
    const transactions = new Transactions(cell, groups, alone, {});
    this.#life = { cell, groups, transactions };
    await this.engine.run(ensureInternalTopics(deps, 1));
    await this.engine.run(cell.start());
  }

  /** One batch to a partition of the topic that every cluster has; resolves to its bytes once they are on the disk. */
  async append(index: number, clusterId = 'lkc-a'): Promise<number> {
    const partition = this.cluster(clusterId).topicsByName.get('topic')?.hosted.get(index);
    if (partition === undefined) throw new Error(`no partition ${index}`);
    await this.engine.run(partition.open());
    const bytes = batchOf({ timestamp: this.engine.clock.now() });
    const frame = this.pool.take(bytes.length);
    bytes.copy(frame.buffer);
    const appended = partition.append(frame.buffer.subarray(0, bytes.length), frame, false);
    if (!appended.ok) throw new Error(appended.error);
    await this.engine.run(appended.committed);
    return bytes.length;
  }

  #context(apiVersion: number, clusterId: string): RequestContext {
    const { cell, groups, transactions } = this.#present();
    const { deps, brokerId } = cell.environment;
    const cluster = this.cluster(clusterId);
    const principal = 'User:sa-1';
    const scheduler = new Scheduler(deps.clock, deps.log);
    const producerIds = new ProducerIds(deps.metadata, deps.clock);
    const storeTurns = new FairQueue({ runningMax: 1 });
    const written = new WrittenTerms();
    return {
      services: {
        ...{ deps, brokerId, cell, groups, transactions },
        ...{ producerIds, scheduler, storeTurns, written },
      },
      identity: { cluster, principal, keyId: null, meter: new ClientMeter(clusterId, principal, '') },
      apiVersion,
      clientId: 'client',
      host: '127.0.0.1',
      door: unnamedDoor,
      frame: this.pool.take(1),
      pace: new Pace(scheduler, cluster.flow),
      onConnectionEnd: () => () => undefined,
      isGone: () => false,
    };
  }
}

function isPipelined<Response>(answer: Reply<Response> | Pipelined<Response>): answer is Pipelined<Response> {
  return 'ordered' in answer;
}
