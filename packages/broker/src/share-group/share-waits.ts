import type { GroupName } from '../group/records.ts';

/** Who waits for records that a share group may have for its members again. */
export class ShareWaits {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Returns what takes it back. */
  add({ clusterId, groupId }: GroupName, wake: () => void): () => void {
    const key = `${clusterId}/${groupId}`;
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    waiting.add(wake);
    return () => {
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    };
  }

  changed({ clusterId, groupId }: GroupName): void {
    for (const wake of [...(this.#waiting.get(`${clusterId}/${groupId}`) ?? [])]) wake();
  }
}
