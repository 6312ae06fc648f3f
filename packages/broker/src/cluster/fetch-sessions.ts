import { fetchPartitionsMax, fetchSessionBytes, fetchSessionPartitionBytes } from '../limits.ts';
import type { Account } from '../memory/account.ts';

/** What a session remembers of one partition, so that the client need not repeat it (KIP-227). */
export interface FetchedPartition {
  /** As the client names the topic: by id from v13 on, by name before. */
  readonly topicKey: string;
  readonly partition: number;
  fetchOffset: number;
  currentLeaderEpoch: number;
  partitionBytesMax: number;
  /** What the client was last told; only what differs is told again. */
  highWatermark: number;
  startOffset: number;
}

export interface FetchSession {
  readonly id: number;
  /** The connection's principal: a session answers nobody else. */
  readonly principal: string;
  readonly usesTopicIds: boolean;
  epoch: number;
  /** In order of service: what was served goes to the end. */
  readonly partitions: Map<string, FetchedPartition>;
}

/** Ids are positive and fit an INT32; 0 is no session (KIP-227). */
const idMax = 0x7fff_ffff;

/** The incremental fetch sessions of one cluster; where it has room for no more, the least recently used goes. */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>();
  readonly #random: (bound: number) => number;
  readonly #account: Account;
  readonly #sessionsMax: number;
  /** Sessions that went although their client may still want them, as there was no room for all. */
  evicted = 0;

  constructor(random: (bound: number) => number, account: Account, sessionsMax: number) {
    this.#random = random;
    this.#account = account;
    this.#sessionsMax = sessionsMax;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Null: it would be too large even if it were the cluster's only one. */
  create(
    principal: string,
    usesTopicIds: boolean,
    partitions: Map<string, FetchedPartition>,
  ): FetchSession | null {
    const bytes = fetchSessionBytes + partitions.size * fetchSessionPartitionBytes;
    while (this.#sessions.size >= this.#sessionsMax) this.#dropOldest();
    while (!this.#account.tryTake(bytes)) if (!this.#dropOldest()) return null;
    let id = this.#random(idMax) + 1;
    // The next one that is free, and not another draw: it ends whatever is drawn.
    while (this.#sessions.has(id)) id = (id % idMax) + 1;
    const session: FetchSession = { id, principal, usesTopicIds, epoch: 1, partitions };
    this.#sessions.set(id, session);
    return session;
  }

  /** The session, which now counts as used; null when there is none of that id for that principal. */
  use(id: number, principal: string): FetchSession | null {
    const session = this.#sessions.get(id);
    if (session === undefined || session.principal !== principal) return null;
    this.#sessions.delete(id);
    this.#sessions.set(id, session);
    return session;
  }

  /** Remembers one partition more; false when there is no room for it. */
  add(session: FetchSession, key: string, partition: FetchedPartition): boolean {
    if (session.partitions.size >= fetchPartitionsMax) return false;
    if (!this.#account.tryTake(fetchSessionPartitionBytes)) return false;
    session.partitions.set(key, partition);
    return true;
  }

  forget(session: FetchSession, key: string): void {
    if (session.partitions.delete(key)) this.#account.giveBack(fetchSessionPartitionBytes);
  }

  remove(id: number, principal: string): void {
    const session = this.#sessions.get(id);
    if (session?.principal === principal) this.#drop(session);
  }

  /** Forgets all of them: clients begin anew with a whole fetch. */
  clear(): void {
    for (const session of [...this.#sessions.values()]) this.#drop(session);
  }

  #dropOldest(): boolean {
    const oldest = this.#sessions.values().next();
    if (oldest.done) return false;
    this.#drop(oldest.value);
    this.evicted += 1;
    return true;
  }

  #drop(session: FetchSession): void {
    this.#sessions.delete(session.id);
    this.#account.giveBack(fetchSessionBytes + session.partitions.size * fetchSessionPartitionBytes);
  }
}

export function partitionKey(topicKey: string, partition: number): string {
  return `${topicKey}/${partition}`;
}
