import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageReport } from '@weir/contracts/jobs/usage-report';
import { findFreePort } from '@weir/local-servers/free-port';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import type { PartitionRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import type { TestDatabase } from '@weir/testing/test-database';
import { type BrokerProgram, BrokerPrograms } from './broker-programs.ts';
import { furnishTenant, tenant } from './furnish-tenant.ts';

const { clusterId } = tenant;
const brokerIds = [1, 2, 3];

type Settings = (brokerId: number) => Readonly<Record<string, string>>;

/** Three brokers as the product runs them, each in a rack of its own, and one tenant who may do everything. */
export class CellOfThree {
  readonly store: MetadataStore;
  readonly credential = tenant;
  readonly #programs: BrokerPrograms;
  readonly #ports: ReadonlyMap<number, number>;
  readonly #running = new Map<number, BrokerProgram>();
  readonly #settings: Settings;

  private constructor(programs: BrokerPrograms, ports: ReadonlyMap<number, number>, settings: Settings) {
    this.#settings = settings;
    this.#programs = programs;
    this.#ports = ports;
    this.store = openPostgresMetadataStore({ url: programs.database.url, schema: 'cell_local' });
  }

  /** All three have started, and know each other. `settings`: what each has besides. */
  static async start(
    redisUrl: string,
    settings: Settings = () => ({}),
    database: TestDatabase | null = null,
  ): Promise<CellOfThree> {
    const programs = await BrokerPrograms.open(redisUrl, database);
    const ports = new Map<number, number>();
    for (const brokerId of brokerIds) ports.set(brokerId, await findFreePort());
    const cell = new CellOfThree(programs, ports, settings);
    await furnishTenant(cell.store);
    await Promise.all(brokerIds.map((brokerId) => cell.begin(brokerId)));
    return cell;
  }

  /** Below which each broker has its data. */
  get directory(): string {
    return this.#programs.directory;
  }

  get addresses(): string[] {
    return [...this.#ports.values()].map((port) => `localhost:${port}`);
  }

  /** A life of the broker; resolves when clients are served. */
  async begin(brokerId: number): Promise<void> {
    const program = await this.#programs.start({
      WEIR_BROKER_ID: String(brokerId),
      WEIR_BROKER_PORT: String(this.#ports.get(brokerId)),
      WEIR_BROKER_PEER_PORT: String(await findFreePort()),
      WEIR_BROKER_RACK: `rack-${brokerId}`,
      WEIR_BROKER_MACHINE: `machine-${brokerId}`,
      WEIR_CELL_BROKERS: String(brokerIds.length),
      ...this.#settings(brokerId),
    });
    this.#running.set(brokerId, program);
    await new Promise<void>((resolve, reject) => {
      void program.ended.then(() => reject(new Error(`broker ${brokerId} ended:\n${program.text()}`)));
      program.child.stdout?.on('data', () => {
        if (program.text().includes('"broker.ready"')) resolve();
      });
    });
  }

  /** Resolves with the exit code once it is gone; null after a signal that it could not take. */
  async end(brokerId: number, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const program = this.#running.get(brokerId);
    if (program === undefined) throw new Error(`broker ${brokerId} does not run`);
    program.child.kill(signal);
    return program.ended;
  }

  /** What the life that runs, or ran last, has said. */
  text(brokerId: number): string {
    return this.#running.get(brokerId)?.text() ?? '';
  }

  /** What the broker has counted of a topic in all its lives, by the reports that it has written; nobody takes them. */
  counted(brokerId: number, topic: string, meter: UsageReport['rows'][number]['meter']): number {
    const dir = join(this.#programs.directory, `broker-${brokerId}`, 'usage');
    const isReport = (name: string) => name.endsWith('.json') || name === 'open-window';
    const names = existsSync(dir) ? readdirSync(dir).filter(isReport) : [];
    const reports = names.map((name) => UsageReport.parse(JSON.parse(readFileSync(join(dir, name), 'utf8'))));
    const rows = reports.flatMap((report) => report.rows);
    const ofTopic = rows.filter((row) => row.topic === topic && row.meter === meter);
    return ofTopic.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  /** A topic of one partition; −1: with as many replicas as the cell gives. */
  async createTopic(name: string, replicationFactor = -1): Promise<void> {
    const topic = { clusterId, name, partitionCount: 1, replicationFactor, configs: {} };
    accepted(await this.store.createTopic({ ...topic, validateOnly: false }));
  }

  async partition(name: string): Promise<PartitionRecord> {
    const record = (await this.store.findTopic(clusterId, name))?.partitions[0];
    if (record === undefined) throw new Error(`there is no topic ${name}`);
    return record;
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.#programs.close();
  }
}
