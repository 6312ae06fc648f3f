import type { PartitionRecord, TopicRecord } from '@weir/metadata-store/model';
import type { EngineBounds } from '../engine-bounds.ts';
import { loadCompression } from '../log/compression-loader.ts';
import { BrokerLives, type Member } from './broker-lives.ts';
import { CellClient } from './cell-client.ts';
import { newBrokerOf, peersOf } from './cell-members.ts';
import { checkAll } from './check-all.ts';
import { noFaults } from './faults.ts';
import { PlainReader } from './plain-reader.ts';
import { type Configs, clusterId, SimulatedCell } from './simulated-cell.ts';
import { Stage } from './stage.ts';
import { World } from './world.ts';

const brokerIds = [1, 2, 3];

export interface ThreeBrokersShape {
  readonly seed?: number;
  readonly partitionCount?: number;
  readonly configs?: Configs;
  readonly bounds?: Partial<EngineBounds>;
  /** Each in a rack of its own: `rack-1` and so on. */
  readonly haveRacks?: boolean;
}

/** A cell of three brokers that has just begun, with a topic, to which a test does what it is about. */
export class ThreeBrokers {
  readonly world: World;
  readonly cell: SimulatedCell;
  readonly brokers: readonly BrokerLives[];
  readonly stage: Stage;
  /** What the brokers have said. */
  readonly lines: string[] = [];

  static async begin(shape: ThreeBrokersShape = {}): Promise<ThreeBrokers> {
    await loadCompression();
    const { partitionCount = 1, configs = {} } = shape;
    const members = brokerIds.map((brokerId): Member => {
      const rack = shape.haveRacks === true ? { rack: `rack-${brokerId}` } : {};
      const bounds = shape.bounds === undefined ? {} : { bounds: shape.bounds };
      const of = { ...peersOf(brokerId), cellBrokers: brokerIds.length, keepsPicture: true };
      return { ...of, ...rack, ...bounds };
    });
    const three = new ThreeBrokers(new World(shape.seed ?? 1), members, partitionCount);
    await three.cell.prepare('topic', partitionCount, configs, members.map(newBrokerOf));
    for (const broker of three.brokers) broker.start();
    return three;
  }

  private constructor(world: World, members: readonly Member[], partitionCount: number) {
    this.world = world;
    this.cell = new SimulatedCell(world, noFaults, null);
    const trace = (line: string) => this.lines.push(line);
    this.brokers = members.map((member) => new BrokerLives(this.cell, member, noFaults, null, trace));
    const { network, usage, happened } = this.cell;
    const hosts = members.map(({ host }) => host);
    const open = async (clientId: string) =>
      new CellClient({ world, network, hosts, topic: 'topic' }, clientId);
    const access = { open, reader: (of: Stage) => new PlainReader(of) };
    this.stage = new Stage(world, access, usage, happened, partitionCount);
  }

  broker(brokerId: number): BrokerLives {
    const broker = this.brokers.find((each) => each.brokerId === brokerId);
    if (broker === undefined) throw new Error(`there is no broker ${brokerId}`);
    return broker;
  }

  async topic(): Promise<TopicRecord> {
    const topic = await this.run(this.cell.metadata.findTopic(clusterId, 'topic'));
    if (topic === null) throw new Error('there is no topic');
    return topic;
  }

  /** Of the first partition. */
  async row(): Promise<PartitionRecord> {
    const [record] = (await this.topic()).partitions;
    if (record === undefined) throw new Error('the topic has no partition');
    return record;
  }

  /** Lets time go on until the work is done. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false };
    const done = () => {
      state.isDone = true;
    };
    work.then(done, done);
    await this.world.run(Number.POSITIVE_INFINITY, () => state.isDone);
    return work;
  }

  pass(ms: number): Promise<void> {
    return this.run(this.world.sleep(ms));
  }

  /** Throws where it is not so within half a minute. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (let waitedMs = 0; !(await isSo()); waitedMs += 50) {
      if (waitedMs > 30_000) throw new Error('it never came to be so');
      await this.pass(50);
    }
  }

  /** Throws unless all that was acknowledged is there, once, for everybody. */
  async check(): Promise<void> {
    const { world } = this;
    world.start(checkAll(this.stage, { ms: -1, bytes: -1 }, () => 0));
    await world.run(world.now + 30_000, () => world.actorsRunning === 0);
    if (world.actorsRunning > 0) throw new Error('a reader still waits');
  }

  hasSaid(event: string): boolean {
    return this.lines.some((line) => line.includes(event));
  }
}
