import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { GroupDriver } from './group-driver.ts';

const partitions = ['0', '1', '2', '3', '4'];

/**
 * A consumer as the protocol knows it: it joins, leads if it is told to, syncs, commits what it owns, and
 * stumbles at any point. It believes every answer, as clients do.
 */
class Consumer {
  readonly name: string;
  readonly instance: string | null;
  memberId = '';
  generationId = -1;
  owned: readonly string[] = [];
  private members: readonly string[] = [];
  private waiting: { readonly kind: 'join' | 'sync'; readonly token: number } | null = null;

  constructor(name: string, isStatic: boolean) {
    this.name = name;
    this.instance = isStatic ? name : null;
  }

  /** The client process starts again: it remembers nothing but its static name. */
  restart(): void {
    this.memberId = '';
    this.generationId = -1;
    this.owned = [];
    this.waiting = null;
  }

  /** Whatever waited at the broker was lost with it; the client asks again with what it knows. */
  disconnect(): void {
    this.waiting = null;
  }

  /** One thing that this consumer would do next. */
  act(driver: GroupDriver, random: SeededRandom, history: History): void {
    if (this.waiting !== null) this.receive(driver, history);
    else if (this.owned.length === 0 || random.chance(0.15)) this.join(driver, random);
    else if (random.chance(0.5)) this.beat(driver);
    else history.commit(driver, this);
  }

  private join(driver: GroupDriver, random: SeededRandom): void {
    const token = driver.join({
      memberId: this.memberId,
      ...(this.instance === null ? {} : { instance: this.instance }),
      protocols: { range: random.chance(0.2) ? 'changed' : 'topics' },
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
    });
    this.waiting = { kind: 'join', token };
  }

  private beat(driver: GroupDriver): void {
    const error = driver.heartbeat(this.memberId, this.generationId, this.instance);
    // −1: the answer is held back until an earlier decision is committed.
    if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') this.restart();
    else if (error === 'REBALANCE_IN_PROGRESS' || error === 'ILLEGAL_GENERATION') this.owned = [];
  }

  private receive(driver: GroupDriver, history: History): void {
    if (this.waiting === null || driver.waits(this.waiting.token)) return;
    const { kind, token } = this.waiting;
    this.waiting = null;
    if (kind === 'sync') {
      this.receiveSync(driver, token, history);
      return;
    }
    const answer = driver.joined(token);
    if (answer.error === 'MEMBER_ID_REQUIRED') this.memberId = answer.memberId;
    else if (answer.error === 'UNKNOWN_MEMBER_ID' || answer.error === 'FENCED_INSTANCE_ID') this.restart();
    else if (answer.error === 'NONE') {
      this.memberId = answer.memberId;
      this.generationId = answer.generationId;
      const isLeader = answer.leader === this.memberId && answer.skipAssignment !== true;
      this.members = isLeader ? answer.members.map((member) => member.memberId) : [];
      const assignments = Object.fromEntries(
        this.members.map((id, index) => [
          id,
          partitions.filter((_, partition) => partition % this.members.length === index).join(' '),
        ]),
      );
      const synced = driver.sync(this.memberId, this.generationId, assignments, this.instance);
      this.waiting = { kind: 'sync', token: synced };
    }
  }

  private receiveSync(driver: GroupDriver, token: number, history: History): void {
    const { error, assignment } = driver.synced(token);
    if (error === 'NONE') {
      this.owned = assignment === '' ? [] : assignment.split(' ');
      history.assigned(this, this.owned);
    } else if (error === 'UNKNOWN_MEMBER_ID' || error === 'FENCED_INSTANCE_ID') {
      this.restart();
    }
  }
}

/** What the coordinator has told the world, which it can never take back. */
class History {
  private readonly owners = new Map<string, string>();
  private lastCommitted = -1;
  private nextOffset = 0;
  assignments = 0;

  assigned(consumer: Consumer, owned: readonly string[]): void {
    this.assignments += 1;
    for (const partition of owned) {
      const place = `generation ${consumer.generationId}, partition ${partition}`;
      // A static member hands its place on to its next self, and to nobody else.
      const owner = consumer.instance ?? consumer.memberId;
      const other = this.owners.get(place);
      if (other !== undefined && other !== owner)
        throw new Error(`${place} belongs to ${other} and to ${owner}`);
      this.owners.set(place, owner);
    }
  }

  commit(driver: GroupDriver, consumer: Consumer): void {
    this.nextOffset += 1;
    const offset = this.nextOffset;
    const { memberId, generationId, instance } = consumer;
    const isPrompt = driver.isPrompt;
    const error = driver.commitOffset(offset, {
      memberId,
      generationId,
      ...(instance === null ? {} : { instance }),
    });
    if (isPrompt && error === 'NONE') this.lastCommitted = offset;
  }

  /** No acknowledged commit is lost; one that was not acknowledged may have arrived. */
  check(driver: GroupDriver): void {
    expect(driver.committed()).toBeGreaterThanOrEqual(this.lastCommitted);
  }
}

function play(seed: number): number {
  const random = createSeededRandom(seed);
  const driver = new GroupDriver({ initialRebalanceDelayMs: random.pick([0, 1_000, 3_000]) });
  driver.scope = { ...driver.scope, apiVersion: random.pick([4, 5, 9]) };
  const isStatic = driver.scope.apiVersion >= 5;
  const consumers = Array.from(
    { length: random.integer(2, 5) },
    (_, index) => new Consumer(`consumer-${index}`, isStatic && random.chance(0.4)),
  );
  const history = new History();
  for (let step = 0; step < 400; step += 1) {
    // The disk is slow for a while now and then; a crash is likeliest to hurt then.
    if (random.chance(0.15)) driver.isPrompt = !driver.isPrompt;
    if (driver.isPrompt || random.chance(0.1)) driver.commit();
    if (random.chance(driver.isPrompt ? 0.01 : 0.06)) {
      driver.crash(random.integer(0, 3));
      for (const consumer of consumers) consumer.disconnect();
    }
    const consumer = random.pick(consumers);
    const fate = random.next();
    if (fate < 0.02) {
      if (fate < 0.01 && consumer.instance === null) driver.leave({ memberId: consumer.memberId });
      consumer.restart();
    } else consumer.act(driver, random, history);
    if (random.chance(0.3)) driver.advance(random.pick([10, 500, 3_000, 12_000]));
  }
  driver.commit();
  driver.isPrompt = true;
  history.check(driver);
  return history.assignments;
}

test('no two members ever own one partition in one generation, and no acknowledged commit is lost', () => {
  let assignments = 0;
  for (let seed = 1; seed <= 300; seed += 1) {
    try {
      assignments += play(seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
  // The runs are worth something only if groups do get as far as an assignment.
  expect(assignments).toBeGreaterThan(3_000);
});

test('left alone, any group settles: everyone is assigned, and every partition has an owner', () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = createSeededRandom(seed);
    const driver = new GroupDriver();
    const history = new History();
    const consumers = Array.from(
      { length: random.integer(1, 5) },
      (_, index) => new Consumer(`c-${index}`, false),
    );
    for (let step = 0; step < 60; step += 1) {
      random.pick(consumers).act(driver, random, history);
      if (random.chance(0.3)) driver.advance(random.pick([10, 3_000, 12_000]));
    }
    const calm = { ...random, chance: (probability: number) => probability >= 0.5 };
    for (let round = 0; round < 40; round += 1) {
      for (const consumer of consumers) consumer.act(driver, calm, history);
      driver.advance(1_000);
    }
    expect(consumers.flatMap((consumer) => consumer.owned).sort()).toEqual(partitions);
  }
});
