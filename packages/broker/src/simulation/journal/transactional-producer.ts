import type { Client } from '../wire-client.ts';
import { Violation } from '../world.ts';
import type { JournalBatch, JournalStage } from './journal-stage.ts';
import type { JournalTransaction } from './journal-transaction.ts';
import {
  type Answered,
  addToTransaction,
  commitOffset,
  endTransaction,
  type Identity,
  initProducer,
  isPassing,
  type TransactionalName,
} from './transactional-client.ts';

/** So often at most something is said again. */
const attemptsMax = 12;

/**
 * Writes in transactions under that id for as long as the stage is open: one life after the other, and others beside it
 * that have the same id.
 */
export async function writeInTransactions(
  at: JournalStage,
  transactionalId: string,
  name: string,
): Promise<void> {
  const { stage } = at;
  const { world } = stage;
  for (let life = 1; stage.isOpen; life += 1) {
    await new TransactionalProducer(at, transactionalId, `${name}.${life}`).live();
    await world.sleep(world.delay(1, 1_500));
  }
}

/** What came of a step: the transaction goes on, can only be aborted, or its producer is to say no more. */
type Went = 'on' | 'abort' | 'over';

class TransactionalProducer {
  private readonly at: JournalStage;
  private readonly transactionalId: string;
  private readonly name: string;
  private readonly protocol: 1 | 2;
  private readonly timeoutMs: number;
  private identity: Identity = { producerId: -1, producerEpoch: -1 };
  /** By partition, what comes next in this epoch. */
  private readonly sequences = new Map<number, number>();
  private client: Client | null = null;

  constructor(at: JournalStage, transactionalId: string, name: string) {
    const { random } = at.stage.world;
    this.at = at;
    this.transactionalId = transactionalId;
    this.name = name;
    this.protocol = random.pick([1, 2, 2]);
    this.timeoutMs = random.pick([500, 2_000, 8_000]);
  }

  async live(): Promise<void> {
    const { stage } = this.at;
    if ((await this.init()) !== 'on') return;
    while (stage.isOpen) {
      if (!(await this.transact())) return;
      await stage.world.sleep(stage.world.delay(1, 300));
    }
  }

  private get self(): TransactionalName {
    return { transactionalId: this.transactionalId, ...this.identity };
  }

  /** The next producer of the id; or the same, in an epoch in which nothing is under way (KIP-360). */
  private async init(): Promise<Went> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const answer = await this.ask((client) => initProducer(client, this.self, this.timeoutMs));
      if (answer.error === 'NONE') {
        this.become(answer.value);
        return 'on';
      }
      if (!isPassing(answer.error)) return 'over';
    }
    return 'over';
  }

  private become(identity: Identity): void {
    const { producerId, producerEpoch } = identity;
    this.at.journal.wasGiven(producerId, producerEpoch, this.name);
    if (producerEpoch !== this.identity.producerEpoch || producerId !== this.identity.producerId)
      this.sequences.clear();
    this.identity = identity;
  }

  /** Says whether its producer goes on. */
  private async transact(): Promise<boolean> {
    const { stage, journal, partitions } = this.at;
    const { world, happened } = stage;
    const { random } = world;
    const transaction = journal.begins(this.transactionalId, this.name);
    const chosen = random.shuffle(partitions).slice(0, random.integer(1, partitions.length));
    transaction.hasOffsets = random.chance(0.4);
    const written = await this.write(transaction, chosen);
    if (written.went === 'over') return false;
    if (random.chance(0.06)) {
      happened.add('producer gone without a word');
      return false;
    }
    // For so long that its time may be over.
    if (random.chance(0.08)) await world.sleep(this.timeoutMs * (0.5 + random.next()));
    const isCommit = written.went === 'on' && random.chance(0.75);
    const late = isCommit
      ? random.pick([null, null, null, ...written.batches])
      : this.lateBatch(transaction, chosen);
    const name = this.self;
    const goesOn = await this.end(transaction, isCommit);
    if (late !== null && (isCommit || this.isOf(name) === false)) world.start(this.sendLate(late, name));
    return goesOn;
  }

  private isOf({ producerId, producerEpoch }: Identity): boolean {
    return this.identity.producerId === producerId && this.identity.producerEpoch === producerEpoch;
  }

  private async write(
    transaction: JournalTransaction,
    partitions: readonly number[],
  ): Promise<{ readonly went: Went; readonly batches: readonly JournalBatch[] }> {
    const { random } = this.at.stage.world;
    const batches: JournalBatch[] = [];
    const { hasOffsets, serial } = transaction;
    const steps: (() => Promise<Went>)[] = partitions.map((partition) => async () => {
      const few = Array.from({ length: random.integer(1, 3) }, () => this.newBatch(transaction, partition));
      batches.push(...few);
      return this.sendAll(few);
    });
    if (hasOffsets)
      steps.push(() => this.insist((client) => commitOffset(client, this.self, serial, this.protocol)));
    let went: Went = 'on';
    if (this.protocol === 1)
      went = await this.insist((client) => addToTransaction(client, this.self, partitions, hasOffsets));
    for (const step of random.shuffle(steps)) if (went === 'on') went = await step();
    return { went, batches };
  }

  private newBatch(transaction: JournalTransaction, partition: number): JournalBatch {
    const { at, name, identity } = this;
    const entries = at.newEntries();
    const baseSequence = this.sequences.get(partition) ?? 0;
    this.sequences.set(partition, baseSequence + entries.length);
    const sequence = { ...identity, baseSequence };
    return at.newBatch({ writer: name, partition, entries, transaction, sequence });
  }

  /** All of them at once, and from the first that was not taken on again. */
  private async sendAll(batches: readonly JournalBatch[]): Promise<Went> {
    const unanswered = [...batches];
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const client = await this.connected();
      if (client === null) return 'over';
      const answers = await Promise.all(unanswered.map((batch) => this.at.produce(client, batch, this.how)));
      const refused = answers.findIndex((error) => error !== 'NONE');
      unanswered.splice(0, refused === -1 ? answers.length : refused);
      const error = answers[refused];
      if (error === undefined) return 'on';
      if (!isPassing(error)) return 'abort';
      if (error === 'NO_ANSWER') client.close();
      await this.pause();
    }
    return 'abort';
  }

  private get how() {
    const { transactionalId, protocol } = this;
    return { version: protocol === 2 ? 12 : 11, transactionalId };
  }

  /** A batch of a transaction that is aborted, which was on its way for longer. */
  private lateBatch(transaction: JournalTransaction, partitions: readonly number[]): JournalBatch | null {
    const { random } = this.at.stage.world;
    return random.chance(0.5) ? this.newBatch(transaction, random.pick(partitions)) : null;
  }

  private async sendLate(batch: JournalBatch, { transactionalId }: TransactionalName): Promise<void> {
    const { stage } = this.at;
    await stage.world.sleep(stage.world.delay(0, 800));
    const client = await this.at.connect(`${this.name} late`);
    if (client === null) return;
    stage.happened.add('late write');
    await this.at.produce(client, batch, { ...this.how, transactionalId });
    client.close();
  }

  private async end(transaction: JournalTransaction, isCommit: boolean): Promise<boolean> {
    const { journal, stage } = this.at;
    transaction.mayBeCommitted = isCommit;
    const { protocol } = this;
    const mustBump = protocol === 1 && !isCommit;
    for (let mayBeDecided = false; ; ) {
      const answer = await this.ask((client) => endTransaction(client, this.self, isCommit, protocol));
      if (answer.error === 'NONE') {
        stage.happened.add(isCommit ? 'transaction committed' : 'transaction aborted');
        if (isCommit) journal.committed(transaction);
        else transaction.wasTold('aborted');
        this.become(answer.value);
        // Of what was not answered something may be on its way.
        return mustBump ? (await this.init()) === 'on' : true;
      }
      if (!isPassing(answer.error)) {
        stage.happened.add('producer fenced');
        if (!mayBeDecided) transaction.wasTold('aborted');
        return false;
      }
      mayBeDecided ||= answer.error !== 'CONCURRENT_TRANSACTIONS';
      if (this.client === null) return false;
    }
  }

  private async insist<T>(ask: (client: Client) => Promise<Answered<T>>): Promise<Went> {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const { error } = await this.ask(ask);
      if (error === 'NONE') return 'on';
      if (!isPassing(error)) return 'abort';
      if (this.client === null) return 'over';
    }
    return 'abort';
  }

  /** Asks once, and rests where it was to no avail. */
  private async ask<T>(ask: (client: Client) => Promise<Answered<T>>): Promise<Answered<T>> {
    const client = await this.connected();
    if (client === null) return { error: 'NO_ANSWER' };
    const answer = await ask(client);
    if (answer.error === 'UNKNOWN_SERVER_ERROR')
      throw new Violation(`${this.name} was told that the broker has failed`);
    if (answer.error !== 'NONE') await this.pause();
    return answer;
  }

  private async connected(): Promise<Client | null> {
    this.client = await this.at.connect(this.name, this.client);
    return this.client;
  }

  private pause(): Promise<void> {
    const { world } = this.at.stage;
    return world.sleep(world.delay(10, 400));
  }
}
