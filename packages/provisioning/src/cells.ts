import type { MetadataStore } from '@weir/metadata-store/port';

/** The one cell of an installation on one machine. */
export const localCellId = 'local';

/** The cells that this process can reach, by id. */
export interface Cells {
  /** Throws UnknownCellError: an intent names only cells that were offered when it was written. */
  store(cellId: string): MetadataStore;
}

export class UnknownCellError extends Error {
  override readonly name = 'UnknownCellError';
}

export const createCells = (stores: Readonly<Record<string, MetadataStore>>): Cells => ({
  store: (cellId) => {
    const store = stores[cellId];
    if (!store) throw new UnknownCellError(`no store is configured for the cell ${cellId}`);
    return store;
  },
});
