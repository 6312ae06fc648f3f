import type { MetadataStore } from '@weir/metadata-store/port';
import { currentTraceparent, traced } from '@weir/runtime/tracing';

/** Not asked of a store: one goes on for as long as its caller likes, the other ends all. */
const untraced: ReadonlySet<string> = new Set(['watch', 'close'] satisfies (keyof MetadataStore)[]);

/** `applyCluster` as `cell apply cluster`. */
const spanNameOf = (operation: string): string =>
  `cell ${operation.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`;

/**
 * The store of a cell, of which each operation is a span of the trace that it is part of, for all who ask it. What is part
 * of none begins none: a process that follows its cells would fill a receiver with that.
 */
export const tracedStore = (store: MetadataStore): MetadataStore =>
  new Proxy(store, {
    get: (target, name) => {
      const operation: unknown = Reflect.get(target, name, target);
      if (typeof operation !== 'function' || typeof name !== 'string') return operation;
      return (...given: unknown[]): unknown => {
        const ask = (): unknown => Reflect.apply(operation, target, given);
        if (untraced.has(name) || currentTraceparent() === null) return ask();
        return traced(spanNameOf(name), { kind: 'client' }, async () => ask());
      };
    },
  });
