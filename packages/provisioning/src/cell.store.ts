import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';

export type CellKind = 'shared' | 'dedicated';
/** See `prisma/control/cells.prisma`. */
export type CellState = 'OPEN' | 'DRAINING' | 'STOPPED' | 'LEAVING';

export interface NewCell {
  readonly id: string;
  readonly kind: CellKind;
  readonly cloud: string;
  readonly region: string;
  readonly brokersWanted: number;
  readonly racks: number;
}

export interface CellBrokerRow {
  readonly brokerId: number;
  readonly rack: number;
  readonly port: number | null;
  readonly wanted: string;
  readonly generation: number;
  readonly runningGeneration: number | null;
  readonly problem: string | null;
}

export interface CellRow extends Omit<NewCell, 'brokersWanted' | 'kind'> {
  readonly kind: string;
  readonly state: string;
  /** Null: whoever started the installation runs them. */
  readonly brokersWanted: number | null;
  readonly generation: number;
  readonly hasStore: boolean;
  readonly bootstrapEndpoint: string | null;
  readonly problem: string | null;
  /** By id, which is the order in which they came. */
  readonly brokers: readonly CellBrokerRow[];
}

const brokerColumns = {
  brokerId: true,
  rack: true,
  port: true,
  wanted: true,
  generation: true,
  runningGeneration: true,
  problem: true,
} as const;

const columns = {
  id: true,
  kind: true,
  cloud: true,
  region: true,
  state: true,
  brokersWanted: true,
  racks: true,
  generation: true,
  hasStore: true,
  bootstrapEndpoint: true,
  problem: true,
  brokers: { select: brokerColumns, orderBy: { brokerId: 'asc' } },
} as const;

/** What is wanted of a cell, and is to be so still when it is said to be true. */
export type WantedOfCell = Pick<CellRow, 'id' | 'brokersWanted' | 'generation' | 'state'>;

export const createCell = async (tx: ControlTx, cell: NewCell): Promise<void> => {
  await tx.cell.create({ data: { ...cell, state: 'OPEN' }, select: { id: true } });
};

export const findCell = (db: ControlTx, id: string): Promise<CellRow | null> =>
  db.cell.findUnique({ where: { id }, select: columns });

/** Cells of which something is to be done, at most `limit`. */
export const findUnsettled = async (db: ControlDb, limit: number): Promise<readonly string[]> => {
  const rows = await db.cell.findMany({
    where: { isSettled: false },
    orderBy: { id: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
};

/** From the commit on, as many brokers as that are made, or taken away. */
export const wantBrokers = async (tx: ControlTx, id: string, brokersWanted: number): Promise<void> => {
  await tx.cell.update({ where: { id }, data: { brokersWanted, isSettled: false }, select: { id: true } });
};

/** From the commit on, the cell goes with all that it holds. Nothing happens where it has gone. */
export const leaveCell = async (tx: ControlTx, id: string): Promise<void> => {
  await tx.cell.updateMany({ where: { id }, data: { state: 'LEAVING', isSettled: false } });
};

/** From the commit on, its brokers do not run, or do so again. What they hold stays. */
export const setRunning = async (tx: ControlTx, id: string, isRunning: boolean): Promise<void> => {
  const where = { id, state: { not: 'LEAVING' } };
  await tx.cell.updateMany({ where, data: { state: isRunning ? 'OPEN' : 'STOPPED', isSettled: false } });
};

/** Brokers of all dedicated cells that are to run. Whoever else counts waits until the transaction ends. */
export const countDedicatedBrokers = async (tx: ControlTx): Promise<number> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('brokers of dedicated cells', 3))`;
  const where = { kind: 'dedicated', state: { not: 'STOPPED' } };
  const { _sum } = await tx.cell.aggregate({ where, _sum: { brokersWanted: true } });
  return _sum.brokersWanted ?? 0;
};

/** Makes the rows of brokers that are wanted and not there, each in the zone that has the fewest. */
export const addMissingBrokers = (db: ControlDb, id: string): Promise<number> =>
  db.$transaction(async (tx) => {
    await tx.$queryRaw(Prisma.sql`SELECT 1 FROM cells WHERE id = ${id} FOR UPDATE`);
    const cell = await findCell(tx, id);
    if (cell === null || cell.state === 'LEAVING') return 0;
    const running = cell.brokers.filter(({ wanted }) => wanted === 'RUN');
    const zones = running.map(({ rack }) => rack);
    const missing = (cell.brokersWanted ?? 0) - running.length;
    for (let added = 0; added < missing; added += 1) {
      const rack = emptiestZone(zones, cell.racks);
      zones.push(rack);
      const data = { cellId: id, rack, wanted: 'RUN', generation: cell.generation };
      await tx.cellBroker.create({ data, select: { brokerId: true } });
    }
    return Math.max(missing, 0);
  });

const emptiestZone = (zones: readonly number[], count: number): number => {
  const held = (zone: number) => zones.filter((each) => each === zone).length;
  const all = Array.from({ length: count }, (_, index) => index + 1);
  return all.toSorted((one, other) => held(one) - held(other) || one - other)[0] ?? 1;
};

/** They are ended, and everything of them removed, by whoever runs them. */
export const endBrokers = async (db: ControlTx, brokerIds: readonly number[]): Promise<void> => {
  const where = { brokerId: { in: [...brokerIds] }, wanted: 'RUN' };
  await db.cellBroker.updateMany({ where, data: { wanted: 'GONE' } });
};

/** The broker is started anew. */
export const renewBroker = async (db: ControlTx, brokerId: number, generation: number): Promise<void> => {
  await db.cellBroker.updateMany({ where: { brokerId, wanted: 'RUN' }, data: { generation } });
};

/** Where clients begin, from now on and for good. */
export const setBootstrap = async (db: ControlTx, id: string, bootstrapEndpoint: string): Promise<void> => {
  await db.cell.updateMany({ where: { id, bootstrapEndpoint: null }, data: { bootstrapEndpoint } });
};

export const setProblem = async (db: ControlTx, id: string, problem: string | null): Promise<void> => {
  await db.cell.updateMany({ where: { id }, data: { problem } });
};

/** Whether what was wanted is wanted still: then nothing is left to be done. */
export const settle = async (tx: ControlTx, { id, ...wanted }: WantedOfCell): Promise<boolean> => {
  const data = { isSettled: true, problem: null };
  return (await tx.cell.updateMany({ where: { id, ...wanted }, data })).count === 1;
};

/** Its brokers, its store and its clusters are no more. */
export const removeCell = async (tx: ControlTx, id: string): Promise<void> => {
  await tx.cell.deleteMany({ where: { id, state: 'LEAVING', hasStore: false, brokers: { none: {} } } });
};
