import type { BrokerRecord } from '@weir/metadata-store/model';
import { readWholeCell, type WholeCell } from '@weir/metadata-store/whole-cell';
import { type CellBrokerRow, type CellRow, findCell, wantBrokers } from '@weir/provisioning/cell.store';
import { localCellId } from '@weir/provisioning/cells';
import { type AdminTools, UsageError } from './operator.ts';

/** Of a shared cell: as many as one would look after by hand. */
const brokersMax = 30;

/** Cells, what they are to be, and what was placed on them. */
export const listCells = async ({ db, print }: AdminTools): Promise<void> => {
  const [cells, placed] = await Promise.all([
    db.cell.findMany({ orderBy: { id: 'asc' }, include: { _count: { select: { brokers: true } } } }),
    db.cluster.groupBy({ by: ['cellId'], where: { deletedAt: null }, _count: true }),
  ]);
  const clustersOn = new Map(placed.map(({ _count, cellId }) => [cellId, _count]));
  for (const { _count, brokersWanted, id, kind, problem, region, state } of cells) {
    const brokers = brokersWanted === null ? 'the installation’s brokers' : `${_count.brokers} brokers`;
    const trouble = problem === null ? '' : `  ${problem}`;
    print(`${id}  ${kind} ${state} in ${region}  ${clustersOn.get(id) ?? 0} clusters, ${brokers}${trouble}`);
  }
};

/** Each broker of a cell: how it fares, which program it runs, and what it leads and holds. */
export const showCell = async (tools: AdminTools, id: string | undefined): Promise<void> => {
  const { cells, db, print } = tools;
  const cell = await requireCell(tools, id);
  if (cells === undefined) throw new UsageError('The stores of cells cannot be reached from here.');
  const isReadable = cell.brokersWanted === null || cell.hasStore;
  const whole = isReadable ? await readWholeCell(cells.store(cell.id)) : { brokers: [], partitions: [] };
  const clusters = await db.cluster.count({ where: { cellId: cell.id, deletedAt: null } });
  const wanted = cell.brokersWanted === null ? '' : `, ${cell.brokersWanted} brokers wanted`;
  print(`${cell.id}  ${cell.kind} ${cell.state} in ${cell.region}  ${clusters} clusters${wanted}`);
  if (cell.problem !== null) print(`  ${cell.problem}`);
  const ids = new Set([...whole.brokers, ...cell.brokers].map(({ brokerId }) => brokerId));
  for (const brokerId of [...ids].toSorted((one, other) => one - other)) {
    const record = whole.brokers.find((one) => one.brokerId === brokerId);
    print(lineOf(brokerId, record, cell, whole));
  }
};

const lineOf = (
  brokerId: number,
  record: BrokerRecord | undefined,
  cell: CellRow,
  { partitions }: WholeCell,
): string => {
  const row = cell.brokers.find((one) => one.brokerId === brokerId);
  const leads = partitions.filter((one) => one.record.leader === brokerId).length;
  const holds = partitions.filter((one) => one.record.replicas.includes(brokerId)).length;
  const version = record?.programVersion ?? 'version not told';
  const trouble = row?.problem == null ? '' : `  ${row.problem}`;
  return `  broker ${brokerId}  ${stateOf(row, record)}  ${record?.rack ?? '-'}  ${version}  leads ${leads}, holds ${holds}${trouble}`;
};

const stateOf = (row: CellBrokerRow | undefined, record: BrokerRecord | undefined): string => {
  if (record === undefined) return 'not registered yet';
  const leaves = record.isCordoned || row?.wanted === 'GONE';
  return `${record.isFenced ? 'away' : 'alive'}${leaves ? ', leaving' : ''}`;
};

/**
 * From now on a shared cell has that many brokers: further ones start and get their share, or those that came last are
 * drained, while it serves, and end once they hold nothing. The worker and whoever runs brokers see to it.
 */
export const setBrokers = async (
  tools: AdminTools,
  id: string | undefined,
  text: string | undefined,
): Promise<void> => {
  const cell = await requireCell(tools, id);
  if (cell.brokersWanted === null)
    throw new UsageError(`The brokers of ${cell.id} come and go by npm run cell -- add and remove.`);
  if (cell.kind !== 'shared')
    throw new UsageError(`${cell.id} is of one cluster, whose units say how many brokers there are.`);
  const count = Number(text);
  if (!/^[1-9]\d?$/.test(text ?? '') || count > brokersMax)
    throw new UsageError(`A shared cell has 1 to ${brokersMax} brokers, not "${text ?? ''}".`);
  await tools.db.$transaction((tx) => wantBrokers(tx, cell.id, count));
  tools.print(
    `${cell.id} is to have ${count} instead of ${cell.brokersWanted}: cells show says how far it is`,
  );
};

const requireCell = async ({ db }: AdminTools, id: string = localCellId): Promise<CellRow> => {
  const cell = await findCell(db, id);
  if (cell === null) throw new UsageError(`There is no cell "${id}": cells list shows those there are.`);
  return cell;
};
