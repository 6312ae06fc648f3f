import type { ControlDb } from '@weir/db/control';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Cells } from '@weir/provisioning/cells';

/** A process that was killed asks nothing any more. */
class Killed extends Error {
  override readonly name = 'Killed';
}

export const isKilled = (error: unknown): boolean =>
  error instanceof Killed || (error instanceof Error && error.cause !== undefined && isKilled(error.cause));

/**
 * The stores as a process has them that is killed at the n-th question that it asks of any of them: before it is asked,
 * or after it was answered, which it does not hear. What it asks from then on is not asked.
 */
export const mortal = (db: ControlDb, cells: Cells, diesAt: number, when: 'before' | 'after') => {
  let asked = 0;
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    asked += 1;
    if (asked < diesAt) return question();
    if (asked === diesAt && when === 'after') await question();
    throw new Killed();
  };
  const extended = db.$extends({
    query: { $allOperations: ({ args, query }) => ask(() => query(args)) },
  });
  return {
    // It has all that the client has, which the library's types do not say of an extended one.
    db: extended as unknown as ControlDb,
    cells: { store: (cellId: string) => mortalStore(cells.store(cellId), ask) } satisfies Cells,
  };
};

const mortalStore = (
  store: MetadataStore,
  ask: <T>(question: () => Promise<T>) => Promise<T>,
): MetadataStore =>
  new Proxy(store, {
    get: (target, name, receiver) => {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: readonly unknown[]) => ask(() => Promise.resolve(method.apply(target, args)));
    },
  });
