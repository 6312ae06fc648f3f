import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import {
  countDedicatedBrokers,
  createCell,
  findCell,
  setRunning,
  wantBrokers,
} from '@weir/provisioning/cell.store';
import { conflict } from '../http/refused.ts';
import { CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import type { OpenCell, Region } from './cluster.policy.ts';

/** How cells of this machine stand in the store, whatever they are called in the catalogue. */
const isHere = ({ cloud, region }: Region) => cloud === 'LOCAL' && region === 'local';

/** The cells that clusters are placed on. */
@Injectable()
export class ClusterCellStore {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** Shared cells that take clusters: those whose brokers are there. What is here is called as its operator says. */
  async open(tx: ControlTx = this.db): Promise<readonly OpenCell[]> {
    const rows = await tx.cell.findMany({
      where: {
        kind: 'shared',
        state: 'OPEN',
        OR: [{ brokersWanted: null }, { bootstrapEndpoint: { not: null } }],
      },
      orderBy: { id: 'asc' },
      select: { id: true, cloud: true, region: true, bootstrapEndpoint: true },
    });
    return rows.map((row) => (isHere(row) ? { ...row, ...this.settings.localRegion } : row));
  }

  /**
   * The one that has the fewest clusters. Whoever places one at the same time may count the same: they are told apart
   * by the next.
   */
  async leastLoaded(tx: ControlTx, cells: readonly OpenCell[]): Promise<OpenCell> {
    const [only, ...others] = cells;
    if (only === undefined) throw new RangeError('there is no cell to choose from');
    if (others.length === 0) return only;
    const counts = await tx.cluster.groupBy({
      by: ['cellId'],
      where: { cellId: { in: cells.map(({ id }) => id) }, deletedAt: null },
      _count: true,
    });
    const byId = new Map(counts.map(({ cellId, _count }) => [cellId, _count]));
    const load = ({ id }: OpenCell) => byId.get(id) ?? 0;
    return cells.toSorted((one, other) => load(one) - load(other))[0] ?? only;
  }

  /** Its brokers are wanted from the commit on. Refused where the installation has no room for them. */
  async createDedicated(
    tx: ControlTx,
    cell: { readonly id: string; readonly cloud: string; readonly region: string },
    shape: { readonly brokers: number; readonly racks: number },
  ): Promise<void> {
    await this.#requireCapacity(tx, shape.brokers);
    const { brokers: brokersWanted, racks } = shape;
    await createCell(tx, { ...cell, kind: 'dedicated', brokersWanted, racks });
  }

  /** Its brokers are made more or fewer from the commit on. Refused as above. */
  async resizeDedicated(tx: ControlTx, cellId: string, brokers: number): Promise<void> {
    const cell = await findCell(tx, cellId);
    if (cell === null) throw new Error(`a dedicated cluster without its cell ${cellId}`);
    await this.#requireCapacity(tx, brokers - (cell.brokersWanted ?? 0));
    await wantBrokers(tx, cellId, brokers);
  }

  /** Its brokers run again from the commit on. Refused as above. */
  async startDedicated(tx: ControlTx, cellId: string): Promise<void> {
    const cell = await findCell(tx, cellId);
    if (cell === null) throw new Error(`a dedicated cluster without its cell ${cellId}`);
    if (cell.state === 'STOPPED') await this.#requireCapacity(tx, cell.brokersWanted ?? 0);
    await setRunning(tx, cellId, true);
  }

  async #requireCapacity(tx: ControlTx, more: number): Promise<void> {
    if (more <= 0) return;
    const room = this.settings.dedicatedBrokers - (await countDedicatedBrokers(tx));
    if (more <= room) return;
    throw conflict(
      'no_capacity',
      `This region has room for ${Math.max(room, 0)} more brokers of Dedicated clusters, and this takes ${more}. Ask for fewer units, or ask the operator for more room.`,
    );
  }
}
