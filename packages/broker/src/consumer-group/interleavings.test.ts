import { createSeededRandom, type SeededRandom } from '@weir/testing/seeded-random';
import { expect, test } from 'vitest';
import { ConsumerDriver, joining, owning, places } from './consumer-driver.ts';
import { partitionsOf } from './partitions.ts';

/** A consumer as the new protocol knows it: it believes every answer, gives back at its own pace, and stumbles. */
class Consumer {
  readonly name: string;
  readonly instance: string | null;
  memberId = '';
  epoch = 0;
  owned: readonly string[] = [];
  /** Whether it lets go of what it is to let go of. */
  isWilling = true;
  fenced = 0;
  private assigned: readonly string[] = [];
  private waiting: number | null = null;
  /** Whether its last heartbeat was answered: what it said then that it owns is believed until it hears. */
  private isAnswered = true;
  private lives = 0;

  constructor(name: string, isStatic: boolean) {
    this.name = name;
    this.instance = isStatic ? name : null;
    this.restart();
  }

  /** The process starts again: it remembers nothing but its static name. */
  restart(): void {
    this.lives += 1;
    this.memberId = `${this.name}-${this.lives}`;
    this.isWilling = true;
    this.abandon();
  }

  /** Nobody hears the answer; the next heartbeat tells everything again. */
  disconnect(): void {
    this.waiting = null;
  }

  /** Ends before it says so, as a client does. A static member keeps its place. */
  leave(driver: ConsumerDriver): void {
    const { memberId, instance } = this;
    this.restart();
    driver.putBeat({ memberId, memberEpoch: instance === null ? -1 : -2, instanceId: instance });
  }

  act(driver: ConsumerDriver, random: SeededRandom): void {
    if (this.waiting !== null) this.receive(driver);
    else if (random.chance(0.4)) this.reconcile();
    else this.beat(driver, random);
  }

  private beat(driver: ConsumerDriver, random: SeededRandom): void {
    const { memberId, epoch: memberEpoch, instance: instanceId } = this;
    const topicPartitions = owning(this.owned);
    const request = { ...joining(['a', 'b']), memberId, memberEpoch, instanceId, topicPartitions };
    this.isAnswered = false;
    const fate = random.next();
    // The request is lost.
    if (fate < 0.1) return;
    const token = driver.putBeat(request);
    // The answer is lost.
    if (fate < 0.2) return;
    // Sent once more, since the answer took long.
    this.waiting = fate < 0.3 ? driver.putBeat(request) : token;
  }

  private receive(driver: ConsumerDriver): void {
    if (this.waiting === null || driver.waits(this.waiting)) return;
    const answer = driver.beaten(this.waiting);
    this.waiting = null;
    if (answer.error === 'FENCED_MEMBER_EPOCH' || answer.error === 'UNKNOWN_MEMBER_ID') {
      this.fenced += 1;
      this.abandon();
    } else if (answer.error === 'FENCED_INSTANCE_ID') this.restart();
    else if (answer.error === 'NONE') {
      this.epoch = answer.memberEpoch;
      this.isAnswered = true;
      if (answer.assignment) this.assigned = places(answer.assignment.topicPartitions);
    }
  }

  /** First what is to go goes, then what is to come comes. */
  private reconcile(): void {
    const kept = this.owned.filter((place) => this.assigned.includes(place));
    if (kept.length < this.owned.length) this.owned = this.isWilling ? kept : this.owned;
    else if (this.isAnswered) this.owned = this.assigned;
  }

  private abandon(): void {
    this.epoch = 0;
    this.owned = [];
    this.assigned = [];
    this.waiting = null;
    this.isAnswered = true;
  }
}

/** What the coordinator still takes a client for is the client's alone, in the client's eyes and in its own. */
function check(driver: ConsumerDriver, consumers: readonly Consumer[]): void {
  const { currents } = driver.told();
  const believed = new Map<string, string>();
  for (const { memberId, owned } of consumers) {
    if (currents.has(memberId)) own(believed, memberId, owned);
  }
  const noted = new Map<string, string>();
  for (const [memberId, { assigned, pendingRevocation }] of currents) {
    for (const held of [assigned, pendingRevocation]) {
      const listed = Array.from(partitionsOf(held), ([topicId, partitions]) => ({ topicId, partitions }));
      own(noted, memberId, places(listed));
    }
  }
}

function own(owners: Map<string, string>, memberId: string, owned: readonly string[]): void {
  for (const place of owned) {
    const other = owners.get(place);
    if (other !== undefined) throw new Error(`${place} belongs to ${other} and to ${memberId}`);
    owners.set(place, memberId);
  }
}

function begin(random: SeededRandom): { readonly driver: ConsumerDriver; readonly consumers: Consumer[] } {
  const driver = new ConsumerDriver({ consumerAssignmentIntervalMs: random.pick([0, 1_000]) });
  driver.setTopic('a', 5);
  driver.setTopic('b', 2);
  const count = random.integer(2, 4);
  const consumers = Array.from(
    { length: count },
    (_, index) => new Consumer(`c${index}`, random.chance(0.3)),
  );
  return { driver, consumers };
}

function stumble(driver: ConsumerDriver, random: SeededRandom, consumers: readonly Consumer[]): void {
  if (random.chance(0.1)) driver.isPrompt = !driver.isPrompt;
  if (driver.isPrompt || random.chance(0.2)) driver.commit();
  if (random.chance(driver.isPrompt ? 0.01 : 0.04)) {
    driver.crash(random.integer(0, 3));
    for (const consumer of consumers) consumer.disconnect();
  }
  if (random.chance(0.01)) driver.setTopic('b', random.integer(0, 6));
  const consumer = random.pick(consumers);
  const fate = random.next();
  if (fate < 0.01) consumer.restart();
  else if (fate < 0.02) consumer.leave(driver);
  else if (fate < 0.03) consumer.isWilling = false;
  else consumer.act(driver, random);
}

test('no partition has two owners at any moment, whatever is lost, repeated, or not given back', () => {
  let shared = 0;
  let fenced = 0;
  for (let seed = 1; seed <= 50; seed += 1) {
    const random = createSeededRandom(seed);
    const { driver, consumers } = begin(random);
    for (let step = 0; step < 300; step += 1) {
      try {
        stumble(driver, random, consumers);
        if (random.chance(0.3)) driver.advance(random.pick([10, 500, 3_000, 12_000]));
        check(driver, consumers);
      } catch (cause) {
        throw new Error(`seed ${seed}, step ${step}`, { cause });
      }
      if (consumers.filter(({ owned }) => owned.length > 0).length > 1) shared += 1;
    }
    fenced += consumers.reduce((sum, consumer) => sum + consumer.fenced, 0);
  }
  // The runs are worth something only if members do share, and are fenced.
  expect(shared).toBeGreaterThan(3_000);
  expect(fenced).toBeGreaterThan(100);
});

test('left alone, any group settles: every partition has one owner, who has as many as the others or one more', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = createSeededRandom(seed);
    const { driver, consumers } = begin(random);
    for (let step = 0; step < 80; step += 1) {
      stumble(driver, random, consumers);
      if (random.chance(0.3)) driver.advance(random.pick([10, 3_000, 12_000]));
    }
    driver.isPrompt = true;
    driver.commit();
    driver.setTopic('b', 3);
    for (const consumer of consumers) consumer.isWilling = true;
    for (let round = 0; round < 400; round += 1) {
      // A step of its own, a heartbeat, and its answer, in turn.
      const calm = { ...random, chance: () => round % 3 === 0, next: () => 1 };
      for (const consumer of consumers) consumer.act(driver, calm);
      driver.advance(500);
    }
    const counts = consumers.map(({ owned }) => owned.length).sort();
    expect(new Set(consumers.flatMap(({ owned }) => owned)).size, `seed ${seed}`).toBe(8);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect((counts.at(-1) ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
    expect(driver.told().subscriptions.size).toBe(consumers.length);
  }
});
