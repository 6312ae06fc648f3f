import { fetchPartitionsMax, fetchSessionBytes, fetchSessionPartitionBytes } from '../limits.ts';
import type { Account } from '../memory/account.ts';

export interface SharedPlace {
  readonly topicId: string;
  readonly partition: number;
}

/** Of one member of a share group with one broker (KIP-932): what it reads, and which request of it is the next. */
export interface ShareSession {
  readonly groupId: string;
  readonly memberId: string;
  /** The connection's principal: a session answers nobody else. */
  readonly principal: string;
  /** Of the next request. */
  epoch: number;
  /** In order of service: what was served goes to the end. */
  readonly partitions: Map<string, SharedPlace>;
  /** Forgets to end it with its connection. */
  forget: () => void;
}

const epochMax = 0x7fff_ffff;

/** The share sessions of one cluster; where it has room for no more, nobody else’s ends for another. */
export class ShareSessions {
  readonly #sessions = new Map<string, ShareSession>();
  readonly #account: Account;
  readonly #sessionsMax: number;

  constructor(account: Account, sessionsMax: number) {
    this.#account = account;
    this.#sessionsMax = sessionsMax;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Null: there is no room for one more. */
  create(groupId: string, memberId: string, principal: string): ShareSession | null {
    if (this.#sessions.size >= this.#sessionsMax || !this.#account.tryTake(fetchSessionBytes)) return null;
    const session = { groupId, memberId, principal, epoch: 1, partitions: new Map(), forget: nothing };
    this.#sessions.set(keyOf(groupId, memberId), session);
    return session;
  }

  find(groupId: string, memberId: string, principal: string): ShareSession | null {
    const session = this.#sessions.get(keyOf(groupId, memberId));
    return session?.principal === principal ? session : null;
  }

  /** Whether a session of that name is there, whoever has it. */
  has(groupId: string, memberId: string): boolean {
    return this.#sessions.has(keyOf(groupId, memberId));
  }

  next(session: ShareSession): void {
    session.epoch = session.epoch === epochMax ? 1 : session.epoch + 1;
  }

  /** Remembers one partition more; false when there is no room for it. */
  add(session: ShareSession, place: SharedPlace): boolean {
    const key = placeKey(place);
    if (session.partitions.has(key)) return true;
    if (session.partitions.size >= fetchPartitionsMax) return false;
    if (!this.#account.tryTake(fetchSessionPartitionBytes)) return false;
    session.partitions.set(key, place);
    return true;
  }

  remove(session: ShareSession): void {
    const key = keyOf(session.groupId, session.memberId);
    if (this.#sessions.get(key) !== session) return;
    this.#sessions.delete(key);
    session.forget();
    this.#account.giveBack(fetchSessionBytes + session.partitions.size * fetchSessionPartitionBytes);
  }

  drop(session: ShareSession, place: SharedPlace): void {
    if (session.partitions.delete(placeKey(place))) this.#account.giveBack(fetchSessionPartitionBytes);
  }

  clear(): void {
    for (const session of [...this.#sessions.values()]) this.remove(session);
  }
}

export function placeKey({ topicId, partition }: SharedPlace): string {
  return `${topicId}/${partition}`;
}

function keyOf(groupId: string, memberId: string): string {
  return `${groupId.length}/${groupId}${memberId}`;
}

function nothing(): void {
  // It has no connection yet.
}
