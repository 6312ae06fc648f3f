import { schemaOfCell } from '@weir/db/cell-schema';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { tracedStore } from './traced-store.ts';

/** The shared cell whose brokers come with an installation. */
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

export interface CellsOptions {
  /** Of the database in which cells have their stores, a schema each. */
  readonly url: string;
  /** The schema of the cell that comes with the installation. */
  readonly localSchema: string;
  readonly onIncident: (message: string, cause: unknown) => void;
}

/** Cells in Postgres. Each is opened when it is first asked for, and holds connections only while it is used. */
export const openCells = ({
  localSchema,
  onIncident,
  url,
}: CellsOptions): Cells & { close(): Promise<void> } => {
  const opened = new Map<string, MetadataStore>();
  return {
    store: (cellId) => {
      const known = opened.get(cellId);
      if (known) return known;
      const schema = cellId === localCellId ? localSchema : schemaOfCell(cellId);
      const store = tracedStore(openPostgresMetadataStore({ url, schema, onIncident }));
      opened.set(cellId, store);
      return store;
    },
    close: async () => {
      await Promise.all([...opened.values()].map((store) => store.close()));
    },
  };
};
