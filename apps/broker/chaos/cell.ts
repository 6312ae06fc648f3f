import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cellClusterId, offsetsTopic } from '@weir/broker/coordinator/internal-topic';
import { migrateCell } from '@weir/db/migrate-cell';
import { findFreePort } from '@weir/local-servers/free-port';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import type { PartitionRecord } from '@weir/metadata-store/model';
import { type MetadataStore, StoreError } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import pg from 'pg';
import { furnishTenant, tenant } from '../src/testing/furnish-tenant.ts';
import { BrokerProcess } from './broker-process.ts';
import { introducedBroker, Relay } from './relay.ts';
import { SmallDisk } from './small-disk.ts';
import { StoreServer } from './store-server.ts';
import { brokerIds, partitions, topic } from './topic.ts';
import { Watchdog } from './watchdog.ts';

/** The one whose disk can be full. */
export const smallDiskBroker = 3;

const schema = 'cell_local';
const restartMs = 500;
/** The store may be away, so whoever asks it gives up and asks again. */
const askMsMax = 5_000;

export interface Member {
  readonly broker: BrokerProcess;
  readonly port: number;
  /** Between the other brokers and it. */
  readonly peers: Relay;
  /** Between it and the store. */
  readonly store: Relay;
  readonly logsDir: string;
}

/** Three brokers as the product runs them, with relays on every way between them and to the store. */
export class ChaosCell {
  readonly members = new Map<number, Member>();
  /** Told when a broker ended by itself. */
  onBrokerEnded: (brokerId: number, code: number | null) => void = () => undefined;
  readonly disk: SmallDisk | null;
  readonly store: StoreServer;
  readonly #dir: string;
  readonly #watchdog: Watchdog;
  readonly #metadata: MetadataStore;
  #isClosing = false;

  private constructor(dir: string, store: StoreServer, watchdog: Watchdog) {
    this.#dir = dir;
    this.store = store;
    this.#watchdog = watchdog;
    // That the store goes away is meant.
    const onIncident = () => undefined;
    this.#metadata = openPostgresMetadataStore({ url: store.url(), schema, onIncident });
    const directory = this.#logsDir(smallDiskBroker);
    this.disk = SmallDisk.mount(directory);
    if (this.disk !== null) watchdog.tell({ kind: 'mounted', directory });
  }

  /** All three serve clients, and the topic is there. `program`: what a broker's process runs. */
  static async start(dir: string, program: string): Promise<ChaosCell> {
    const watchdog = new Watchdog();
    watchdog.tell({ kind: 'made', directory: dir });
    const store = await StoreServer.start(join(dir, 'postgres'), watchdog);
    const cell = new ChaosCell(dir, store, watchdog);
    try {
      await migrateCell(store.url(), schema);
      await furnishTenant(cell.#metadata);
      const peerPorts = new Map<number, number>();
      for (const brokerId of brokerIds) {
        const peerPort = await findFreePort();
        peerPorts.set(brokerId, peerPort);
        cell.members.set(brokerId, await cell.#member(brokerId, peerPort, program));
      }
      await cell.#tellRelays();
      await Promise.all([...cell.members.values()].map(({ broker }) => broker.begin()));
      await cell.#createTopic();
      return cell;
    } catch (cause) {
      await cell.close();
      throw cause;
    }
  }

  get addresses(): string[] {
    return [...this.members.values()].map(({ port }) => `localhost:${port}`);
  }

  member(brokerId: number): Member {
    const member = this.members.get(brokerId);
    if (member === undefined) throw new Error(`there is no broker ${brokerId}`);
    return member;
  }

  othersOf(brokerId: number): Member[] {
    return [...this.members].flatMap(([id, member]) => (id === brokerId ? [] : [member]));
  }

  async kill(brokers: readonly number[]): Promise<void> {
    await Promise.all(brokers.map((brokerId) => this.member(brokerId).broker.end('SIGKILL')));
  }

  async begin(brokers: readonly number[]): Promise<void> {
    await Promise.all(brokers.map((brokerId) => this.member(brokerId).broker.begin()));
  }

  /** All that the broker has written, while it does not run. */
  loseDisk(brokerId: number): void {
    const { logsDir } = this.member(brokerId);
    // The directory itself may be where a file system is mounted.
    for (const name of readdirSync(logsDir)) rmSync(join(logsDir, name), { recursive: true, force: true });
  }

  /** What the broker has written so far; it stands still meanwhile, as with a snapshot of its volume. */
  copyDisk(brokerId: number): string {
    const { logsDir, broker } = this.member(brokerId);
    const copy = join(this.#dir, `copy-of-${brokerId}`);
    rmSync(copy, { recursive: true, force: true });
    broker.freeze();
    try {
      cpSync(logsDir, copy, { recursive: true });
    } finally {
      broker.thaw();
    }
    return copy;
  }

  /** The copy takes the place of what the broker has written, while it does not run. */
  putBack(brokerId: number, copy: string): void {
    cpSync(copy, this.member(brokerId).logsDir, { recursive: true });
  }

  /** As the store has them; null where it does not say. */
  async partitions(): Promise<readonly PartitionRecord[] | null> {
    const { promise: tooLate, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), askMsMax);
    const found = this.#metadata.findTopic(tenant.clusterId, topic).then(
      (record) => record?.partitions ?? null,
      () => null,
    );
    const answer = await Promise.race([found, tooLate]);
    clearTimeout(timer);
    return answer;
  }

  /** Sends all replicas to these, led by each in turn; asks again for as long as the store does not answer. */
  async move(brokers: readonly number[]): Promise<void> {
    for (let isAsked = false; !isAsked && !this.#isClosing; ) {
      isAsked = await this.#ask(brokers).catch((cause: unknown) => {
        if (cause instanceof StoreError) return false;
        throw cause;
      });
      if (!isAsked) await new Promise((resolve) => setTimeout(resolve, restartMs));
    }
  }

  async #ask(brokers: readonly number[]): Promise<boolean> {
    const found = await Promise.all([
      this.#metadata.findTopic(tenant.clusterId, topic),
      this.#metadata.findTopic(cellClusterId, offsetsTopic),
    ]);
    const asked = found.flatMap((record) =>
      (record?.partitions ?? []).map((_, partition) => {
        const first = partition % brokers.length;
        const to = [...brokers.slice(first), ...brokers.slice(0, first)];
        return { topicId: record?.topicId ?? '', partition, to };
      }),
    );
    for (const outcome of await this.#metadata.reassignPartitions(asked)) accepted(outcome);
    return true;
  }

  /** Resolves to whether every replica was in sync before the time was over. */
  async isWhole(msMax: number): Promise<boolean> {
    const untilMs = performance.now() + msMax;
    for (;;) {
      const records = await this.partitions();
      const isWhole = records?.every(({ isr, leader }) => isr.length === brokerIds.length && leader > 0);
      if (isWhole === true) return true;
      if (performance.now() > untilMs) return false;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all([...this.members.values()].map(({ broker }) => broker.close()));
    this.store.thaw();
    await this.#metadata.close().catch(() => undefined);
    for (const { peers, store } of this.members.values()) for (const relay of [peers, store]) relay.close();
    await this.store.stop();
    this.disk?.unmount();
    this.#watchdog.tell({ kind: 'unmounted', directory: this.#logsDir(smallDiskBroker) });
    // What becomes of it is for the campaign to say, which knows whether anything was wrong.
    this.#watchdog.tell({ kind: 'kept', directory: this.#dir });
    await this.#watchdog.close();
  }

  #logsDir(brokerId: number): string {
    return join(this.#dir, 'brokers', `broker-${brokerId}`, 'logs');
  }

  async #member(brokerId: number, peerPort: number, program: string): Promise<Member> {
    const port = await findFreePort();
    const store = await Relay.open({ targetPort: this.store.port, callerOf: null });
    const peers = await Relay.open({ targetPort: peerPort, callerOf: introducedBroker });
    const broker = new BrokerProcess({
      brokerId,
      program,
      logFile: join(this.#dir, `broker-${brokerId}.log`),
      env: {
        CELL_DATABASE_URL: this.store.url(store.port),
        // Nobody is there: usage stays with the broker.
        REDIS_URL: 'redis://127.0.0.1:1',
        WEIR_DATA_DIR: join(this.#dir, 'brokers'),
        WEIR_BROKER_ID: String(brokerId),
        WEIR_BROKER_PORT: String(port),
        WEIR_BROKER_PEER_PORT: String(peerPort),
        WEIR_BROKER_RACK: `rack-${brokerId}`,
        WEIR_BROKER_MACHINE: `machine-${brokerId}`,
        WEIR_CELL_BROKERS: String(brokerIds.length),
      },
      watchdog: this.#watchdog,
      onEnded: (code) => this.#restart(brokerId, code),
    });
    return { broker, port, store, peers, logsDir: this.#logsDir(brokerId) };
  }

  /** As whoever runs brokers would. */
  #restart(brokerId: number, code: number | null): void {
    if (this.#isClosing) return;
    this.onBrokerEnded(brokerId, code);
    setTimeout(() => {
      const { broker } = this.member(brokerId);
      // One that cannot begin ends, and is begun again by the same way.
      if (!this.#isClosing && !broker.isRunning) broker.begin().catch(() => undefined);
    }, restartMs);
  }

  /** Whatever address a broker registers, the others are told its relay's. */
  async #tellRelays(): Promise<void> {
    const ports = [...this.members].map(([id, { peers }]) => `WHEN ${id} THEN ${peers.port}`).join(' ');
    const client = new pg.Client({ connectionString: this.store.url() });
    await client.connect();
    try {
      await client.query(`
        CREATE FUNCTION ${schema}.tell_relay() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN NEW.peer_port := CASE NEW.broker_id ${ports} END; RETURN NEW; END $$;
        CREATE TRIGGER tell_relay BEFORE INSERT OR UPDATE ON ${schema}.brokers
        FOR EACH ROW EXECUTE FUNCTION ${schema}.tell_relay();`);
    } finally {
      await client.end();
    }
  }

  async #createTopic(): Promise<void> {
    const { clusterId } = tenant;
    const asked = { clusterId, name: topic, partitionCount: partitions.length, replicationFactor: 3 };
    accepted(await this.#metadata.createTopic({ ...asked, configs: {}, validateOnly: false }));
  }
}

/** Where a run's logs are, as a sentence tells it. */
export const logsOf = (dir: string): string[] =>
  [...brokerIds.map((id) => `broker-${id}.log`), join('postgres', 'postgres.log')]
    .map((name) => join(dir, name))
    .filter((path) => existsSync(path));
