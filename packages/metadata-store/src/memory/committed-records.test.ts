import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import {
  accepted,
  Brokers,
  brokerOf,
  changeOf,
  clusterOf,
  partitionOf,
  topicOf,
} from '../conformance-fixtures.ts';
import type { PartitionRecord } from '../model.ts';
import type { PartitionChange } from '../port.ts';
import { committingReplicas, replicationFactorOf } from '../reassignment.ts';
import { createMemoryMetadataStore } from './store.ts';

const replicas = [1, 2, 3];
/** Where replicas may go as well. */
const spares = [4, 5];
const everybody = [...replicas, ...spares];
/** Holds nothing, and is always there to say who is gone. */
const witness = 9;
const stepsMax = 150;
const stepKinds = ['append', 'fetch', 'commit', 'isr', 'lives', 'move', 'asked'] as const;

/**
 * One partition on three brokers that keep to the rules of replication as simply as can be: logs are lists of
 * numbers, a follower that fetches has its leader's log, and what all of the ISR has is committed where the ISR is
 * large enough. Whoever leads must have all that was ever committed.
 */
class History {
  readonly #random: SeededRandom;
  readonly #min: number;
  readonly #kinds: readonly (typeof stepKinds)[number][];
  readonly #brokers: Brokers;
  readonly #logs = new Map<number, readonly number[]>(everybody.map((brokerId) => [brokerId, []]));
  #topicId = '';
  readonly #directories = new Map<number, string>();
  #appended = 0;
  #committed: readonly number[] = [];
  #alive: readonly number[] = everybody;
  moves = 0;

  constructor(seed: number) {
    this.#random = createSeededRandom(seed);
    this.#min = this.#random.integer(1, 3);
    // Each history does more of some and less of others: what is rare together is found that way.
    this.#kinds = [
      ...stepKinds,
      ...stepKinds.flatMap((kind) => Array.from({ length: this.#random.integer(0, 8) }, () => kind)),
    ];
    let passedMs = 0;
    const store = createMemoryMetadataStore({ now: () => passedMs });
    const passMs = async (ms: number) => {
      passedMs += ms;
    };
    this.#brokers = new Brokers({ store, passMs });
  }

  async run(): Promise<number> {
    const { store } = this.#brokers;
    await store.applyCluster(clusterOf('lkc-a'));
    await this.#brokers.begin(...replicas);
    const configs = { 'min.insync.replicas': String(this.#min) };
    const { topicId } = accepted(
      await store.createTopic(topicOf('lkc-a', 'orders', { replicationFactor: 3, configs })),
    );
    this.#topicId = topicId;
    await this.#brokers.begin(...spares, witness);
    for (let step = 0; step < stepsMax; step++) {
      await this.#step();
      this.#check(await partitionOf(store, 'orders'));
    }
    return this.#committed.length;
  }

  #check({ leader, isr, eligibleReplicas, replicas: placed, reassignment }: PartitionRecord): void {
    if (reassignment !== null)
      expect(new Set(placed)).toEqual(new Set([...reassignment.from, ...reassignment.to]));
    for (const brokerId of [...isr, ...eligibleReplicas]) expect(placed).toContain(brokerId);
    // Whoever is no replica any more has let go of its log.
    for (const brokerId of everybody) if (!placed.includes(brokerId)) this.#logs.set(brokerId, []);
    expect(new Set([...isr, ...eligibleReplicas]).size).toBe(isr.length + eligibleReplicas.length);
    expect(leader === -1 ? isr.length === 0 : isr.includes(leader)).toBe(true);
    if (leader === -1) return;
    expect(this.#logOf(leader).slice(0, this.#committed.length)).toEqual(this.#committed);
  }

  #logOf(brokerId: number): readonly number[] {
    return this.#logs.get(brokerId) ?? [];
  }

  async #step(): Promise<void> {
    const row = await partitionOf(this.#brokers.store, 'orders');
    const { leader } = row;
    const kind = this.#random.pick(this.#kinds);
    if (kind === 'lives') return this.#changeLives(row);
    if (kind === 'asked') return this.#electPreferred();
    if (leader === -1) return;
    const followers = row.replicas.filter(
      (brokerId) => brokerId !== leader && this.#alive.includes(brokerId),
    );
    if (kind === 'append') {
      this.#appended += 1;
      this.#logs.set(leader, [...this.#logOf(leader), this.#appended]);
    } else if (kind === 'fetch' && followers.length > 0) {
      this.#logs.set(this.#random.pick(followers), this.#logOf(leader));
    } else if (kind === 'commit') this.#commit(row);
    else if (kind === 'isr') await this.#changeIsr(row, followers);
    else if (kind === 'move') await this.#move(row, followers);
  }

  /** Replicas are sent elsewhere, or back; or the leader hands over, as it does where it is to go. */
  async #move(row: PartitionRecord, followers: readonly number[]): Promise<void> {
    const inSync = followers.filter((brokerId) => row.isr.includes(brokerId));
    if (inSync.length > 0 && this.#random.chance(0.4))
      return this.#alter(row, { kind: 'lead', leader: this.#random.pick(inSync) });
    const chosen = everybody.filter(() => this.#random.chance(0.5));
    const to = this.#random.chance(0.2) ? null : chosen.toSorted(() => this.#random.next() - 0.5);
    const asked = { topicId: this.#topicId, partition: 0, to };
    const [outcome] = await this.#brokers.store.reassignPartitions([asked]);
    if (outcome?.ok === true) this.moves += 1;
  }

  #commit(row: PartitionRecord): void {
    const { leader, isr } = row;
    if (isr.length < committingReplicas(row, { 'min.insync.replicas': String(this.#min) })) return;
    const log = this.#logOf(leader);
    const isHeld = (at: number) => isr.every((brokerId) => this.#logOf(brokerId)[at] === log[at]);
    let end = this.#committed.length;
    while (end < log.length && isHeld(end)) end += 1;
    // What a shorter log of a follower holds back is committed later.
    if (log.slice(0, end).every((_, at) => isHeld(at))) this.#committed = log.slice(0, end);
  }

  async #changeIsr(row: PartitionRecord, followers: readonly number[]): Promise<void> {
    const log = this.#logOf(row.leader);
    const isCaughtUp = (brokerId: number) =>
      this.#logOf(brokerId).length === log.length && this.#logOf(brokerId).at(-1) === log.at(-1);
    const joining = followers.filter((brokerId) => row.isr.includes(brokerId) || isCaughtUp(brokerId));
    const chosen = [row.leader, ...joining.filter(() => this.#random.chance(0.6))];
    await this.#alter(row, { kind: 'isr', isr: chosen.map((brokerId) => this.#brokers.life(brokerId)) });
  }

  async #alter(row: PartitionRecord, to: PartitionChange['to']): Promise<void> {
    const life = this.#brokers.life(row.leader);
    const [outcome] = accepted(
      await this.#brokers.store.alterPartitions(life, [changeOf(this.#topicId, row, to)]),
    );
    expect(outcome?.ok === true || outcome?.refusal === 'INELIGIBLE_REPLICA').toBe(true);
  }

  async #electPreferred(): Promise<void> {
    const partitions = [{ topicId: this.#topicId, partition: 0 }];
    await this.#brokers.store.electAsked({ clusterId: 'lkc-a', kind: 'preferred', partitions });
  }

  async #changeLives(row: PartitionRecord): Promise<void> {
    const one = this.#random.pick(row.replicas);
    const kind = this.#random.pick(['gone', 'gone', 'back', 'restart', 'lost', 'resign']);
    if (kind === 'gone') {
      this.#alive = this.#alive.filter(() => this.#random.chance(0.5));
      accepted(await this.#brokers.surviveOnly(witness, ...this.#alive));
    } else if (kind === 'back' && !this.#alive.includes(one)) {
      accepted(await this.#brokers.store.unfenceBroker(this.#brokers.life(one)));
      this.#alive = [...this.#alive, one];
    } else if (kind === 'restart') await this.#register(one);
    // The only replica there is leads again, whatever is left of it: nobody else is to be asked.
    else if (kind === 'lost' && replicationFactorOf(row) > 1 && this.#random.chance(0.3)) {
      this.#directories.set(one, `directory ${this.#random.next()}`);
      this.#logs.set(one, []);
      await this.#register(one);
    } else if (kind === 'resign' && row.leader !== -1)
      await this.#alter(row, { kind: 'resign', isLost: false });
  }

  async #register(brokerId: number): Promise<void> {
    const directoryId = this.#directories.get(brokerId);
    await this.#brokers.register(brokerOf(brokerId, directoryId === undefined ? {} : { directoryId }));
    if (!this.#alive.includes(brokerId)) this.#alive = [...this.#alive, brokerId];
  }
}

test('whoever leads has all that was ever committed, whatever brokers go, come back, resign, lose and move, and whoever asks for preferred leaders', {
  timeout: 60_000,
}, async () => {
  let committed = 0;
  let moves = 0;
  for (let seed = 1; seed <= 300; seed++) {
    const history = new History(seed);
    try {
      committed += await history.run();
      moves += history.moves;
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  expect(committed).toBeGreaterThan(1_000);
  expect(moves).toBeGreaterThan(1_000);
});
