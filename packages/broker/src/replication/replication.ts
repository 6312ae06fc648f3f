import { errorName } from '@weir/kafka-protocol/errors';
import { followedOpenedAtOnce } from '../cell-limits.ts';
import type { BrokerLife } from '../cluster/broker-life.ts';
import type { Cell } from '../cluster/cell.ts';
import { DiskProbe } from '../cluster/disk-probe.ts';
import { Elections } from '../cluster/elections.ts';
import { type MissingReplica, missingReplicas } from '../cluster/missing-replicas.ts';
import type { PartitionEnds, TransactionPeers } from '../coordinator/transactions.ts';
import type { Deps } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import { FairQueue } from '../memory/fair-queue.ts';
import type { FramePool } from '../memory/frame-pool.ts';
import type { HighWatermarks } from '../partition/high-watermarks.ts';
import type { LastHeard } from '../partition/last-heard.ts';
import type { PartitionChanges } from '../partition/partition-changes.ts';
import type { TransactionalWrite } from '../partition/transaction-verifier.ts';
import { peerEndApi, peerVerifyApi } from './call-messages.ts';
import type { TransactionAnswerer } from './call-session.ts';
import { CatchUpBudget } from './catch-up-budget.ts';
import { Fetchers } from './fetchers.ts';
import { PeerCalls } from './peer-calls.ts';
import { PeerServer } from './peer-server.ts';
import { PreferredLeaders } from './preferred-leaders.ts';
import { retire } from './retire.ts';

/** Where the other brokers of the cell reach this one. */
export interface PeerListener {
  readonly listenHost: string;
  /** Port 0: the system chooses. */
  readonly listenPort: number;
  readonly advertisedHost: string;
}

export interface ReplicationDeps {
  readonly deps: Deps;
  readonly pool: FramePool;
  readonly brokerId: number;
  readonly cell: Cell;
  readonly life: BrokerLife;
  readonly changes: PartitionChanges;
  readonly highWatermarks: HighWatermarks;
  readonly followers: LastHeard;
  readonly leaders: LastHeard;
  readonly bounds: Pick<EngineBounds, 'catchUpBytesPerSecMax'>;
  readonly answerer: TransactionAnswerer;
  /** Null: a cell of one broker, which nobody follows. */
  readonly listener: PeerListener | null;
}

/** What makes several brokers one cell: each serves its followers, follows its leaders, and looks after those who are gone. */
export class Replication implements TransactionPeers {
  readonly #deps: ReplicationDeps;
  readonly #elections: Elections;
  readonly #preferred: PreferredLeaders;
  readonly #probe: DiskProbe;
  readonly #catchUp: CatchUpBudget;
  #server: PeerServer | null = null;
  #fetchers: Fetchers | null = null;
  #calls: PeerCalls | null = null;
  #secret: Buffer | null = null;
  /** Whether this life of the broker has registered: until then what rows say of it they say of the one before. */
  #hasRegistered = false;

  constructor(deps: ReplicationDeps) {
    const { cell, life } = deps;
    this.#deps = deps;
    this.#elections = new Elections({
      deps: deps.deps,
      life: () => life.id,
      hasOthers: () => cell.brokers.size > 1,
      overdue: (brokerIds) => {
        cell.overdue = brokerIds;
      },
    });
    this.#probe = new DiskProbe(deps.deps);
    this.#catchUp = new CatchUpBudget(deps.deps.clock, deps.bounds.catchUpBytesPerSecMax);
    this.#preferred = new PreferredLeaders({
      deps: deps.deps,
      partitions: () => cell.partitions(),
      isLive: (brokerId) => cell.isLive(brokerId),
      look: (partition) => deps.changes.look(partition),
    });
  }

  /** Replicas that follow here and are far behind, and what was read for those of others. */
  get catchUpFigures(): {
    readonly replicas: number;
    readonly begun: number;
    readonly ended: number;
    readonly bytesRead: number;
  } {
    const { begun, ended } = this.#fetchers?.figures ?? { begun: 0, ended: 0 };
    const replicas = this.#fetchers?.catchingUpCount ?? 0;
    return { replicas, begun, ended, bytesRead: this.#catchUp.bytesRead };
  }

  get #hasOthers(): boolean {
    return this.#deps.cell.liveBrokers().length > 1;
  }

  /** Before the broker registers: the address is a part of it. Followers are served once it has: see `begin`. */
  async listen(): Promise<{ readonly peerHost: string | null; readonly peerPort: number | null }> {
    await this.#deps.highWatermarks.load();
    const { deps, pool, brokerId, cell, followers, listener, answerer } = this.#deps;
    if (listener === null) return { peerHost: null, peerPort: null };
    this.#secret = await deps.metadata.cellSecret();
    this.#server = new PeerServer({
      deps,
      pool,
      brokerId,
      followers,
      answerer,
      catchUp: this.#catchUp,
      secret: this.#secret,
      partition: (topicId, index) => (this.#hasRegistered ? cell.findPartition(topicId, index) : null),
      pictureIsOld: () => {
        if (this.#hasRegistered) cell.followSoon();
      },
    });
    const peerPort = await this.#server.listen(listener.listenHost, listener.listenPort);
    return { peerHost: listener.advertisedHost, peerPort };
  }

  /** Replicas that this directory had, and has no more. Once `listen` has read what was committed. */
  missingReplicas(): Promise<readonly MissingReplica[]> {
    const { deps, highWatermarks } = this.#deps;
    return missingReplicas(deps, highWatermarks.dirs);
  }

  /** What the probes of former lives have left in the directory. */
  directoryMark(): Promise<number | null> {
    return this.#probe.readMark();
  }

  /** The broker has registered, and is about to read the cell's picture. */
  begin(): void {
    const { deps, pool, cell, life, changes, leaders, listener } = this.#deps;
    const self = life.id;
    if (self === null) throw new Error('a broker follows only once it has registered');
    this.#hasRegistered = true;
    if (this.#secret !== null) {
      const shared = { deps, pool, self, secret: this.#secret };
      const broker = (brokerId: number) => cell.brokers.get(brokerId);
      this.#calls = new PeerCalls({ ...shared, broker });
      const fetchers = new Fetchers({
        ...shared,
        opens: new FairQueue({ runningMax: followedOpenedAtOnce }),
        leaders,
        broker,
        pictureIsOld: () => cell.followSoon(),
      });
      this.#fetchers = fetchers;
      cell.onPartition((partition) => fetchers.sync(partition));
      cell.onPartitionGone((partition) => fetchers.remove(partition));
    }
    if (listener !== null) {
      this.#probe.start();
      life.isFit = () => this.#probe.isSound || !this.#hasOthers;
      life.directoryMark = () => this.#probe.mark;
    }
    this.#elections.start();
    this.#preferred.start();
    changes.start();
  }

  async verify(brokerId: number, write: TransactionalWrite, adds: boolean) {
    const answer = await this.#peerCalls.call(peerVerifyApi, brokerId, { ...write, adds });
    return errorName(answer.errorCode);
  }

  async endTransaction(brokerId: number, { clusterId, end, partitions }: PartitionEnds) {
    const answer = await this.#peerCalls.call(peerEndApi, brokerId, { clusterId, ...end, partitions });
    return answer.partitions;
  }

  get #peerCalls(): PeerCalls {
    if (this.#calls === null) throw new Error('this broker knows no others');
    return this.#calls;
  }

  /** Nothing more is asked of the store, and the lease runs out. */
  giveUp(): void {
    this.#probe.stop();
    this.#elections.stop();
    this.#preferred.stop();
    this.#deps.changes.stop();
    this.#deps.life.stopRenewing();
  }

  /** Others take over, while this broker still answers. */
  async retire(): Promise<void> {
    const { deps, cell, life } = this.#deps;
    const self = life.id;
    this.giveUp();
    if (self !== null && this.#hasOthers) await retire({ deps, partitions: () => cell.partitions() }, self);
  }

  /** Follows and leads no more. What is committed is written down by `end`, once the logs are closed. */
  async stop(): Promise<void> {
    this.#deps.highWatermarks.stop();
    this.#fetchers?.stop();
    this.#calls?.close();
    await this.#server?.close();
  }

  async end(): Promise<void> {
    await this.#deps.highWatermarks.write();
  }
}
