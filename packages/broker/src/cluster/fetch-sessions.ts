import { fetchSessionsPerClusterMax } from '../limits.ts';

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

/** The incremental fetch sessions of one cluster; the least recently used makes room for a new one. */
export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>();
  readonly #random: (bound: number) => number;

  constructor(random: (bound: number) => number) {
    this.#random = random;
  }

  create(principal: string, usesTopicIds: boolean, partitions: Map<string, FetchedPartition>): FetchSession {
    if (this.#sessions.size >= fetchSessionsPerClusterMax) {
      const oldest = this.#sessions.keys().next();
      if (!oldest.done) this.#sessions.delete(oldest.value);
    }
    let id = 0;
    while (id === 0 || this.#sessions.has(id)) id = this.#random(0x7fff_ffff) + 1;
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

  remove(id: number, principal: string): void {
    if (this.#sessions.get(id)?.principal === principal) this.#sessions.delete(id);
  }
}

export function partitionKey(topicKey: string, partition: number): string {
  return `${topicKey}/${partition}`;
}
