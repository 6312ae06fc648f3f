import { planBalance } from '@weir/metadata-store/balance';
import type { BrokerRecord } from '@weir/metadata-store/model';
import type { AskedReassignment } from '@weir/metadata-store/port';
import type { WholeCell } from '@weir/metadata-store/whole-cell';
import type { CellBrokerRow, CellRow } from './cell.store.ts';

/** The next thing to be done about a cell, of which nothing depends on what was done before. */
export type CellStep =
  | { readonly do: 'wait'; readonly why: string }
  | { readonly do: 'add-brokers' }
  | { readonly do: 'cordon'; readonly brokerId: number; readonly isCordoned: boolean }
  | { readonly do: 'move'; readonly asked: readonly AskedReassignment[] }
  | { readonly do: 'end-brokers'; readonly brokerIds: readonly number[] }
  | { readonly do: 'restart-broker'; readonly brokerId: number }
  | { readonly do: 'nothing' };

/** How many replicas a partition is to have, where there are that many brokers. */
const replicasUsual = 3;
/** Partitions that are on their way at once: each is read whole by whoever gets it. */
const movesAtOnceMax = 100;
/** How many brokers clients begin with. */
const bootstrapBrokersMax = 3;

const wait = (why: string): CellStep => ({ do: 'wait', why });

/** Of the brokers that are to run, those that stay: who came last goes first. */
const stayingOf = (cell: CellRow): readonly CellBrokerRow[] =>
  cell.brokers.filter(({ wanted }) => wanted === 'RUN').slice(0, cell.brokersWanted ?? 0);

const leavingOf = (cell: CellRow): readonly CellBrokerRow[] =>
  cell.brokers.filter(({ wanted }) => wanted === 'RUN').slice(cell.brokersWanted ?? 0);

/** `host:port` of the first brokers, with commas between them; null while one of them has no port yet. */
export const bootstrapOf = (cell: CellRow, host: string): string | null => {
  const ports = stayingOf(cell)
    .slice(0, bootstrapBrokersMax)
    .map(({ port }) => port);
  if (ports.length === 0 || ports.includes(null)) return null;
  return ports.map((port) => `${host}:${port}`).join(',');
};

/** What comes next before its store can be read; null: nothing, it can. */
export const stepBeforeStore = (cell: CellRow): CellStep | null => {
  if (stayingOf(cell).length < (cell.brokersWanted ?? 0)) return { do: 'add-brokers' };
  if (!cell.hasStore) return wait('its store is not there');
  return null;
};

/**
 * Brings a cell of `OPEN` or `DRAINING` to what is wanted of it, a step at a time: first every broker that stays is
 * there, then everything moves off those that leave and onto those that came, then those that leave end, and last come
 * restarts, one at a time while every replica is in sync. The same facts give the same step. Pure.
 */
export const nextCellStep = (cell: CellRow, whole: WholeCell): CellStep => {
  const byId = new Map(whole.brokers.map((broker) => [broker.brokerId, broker]));
  const [staying, leaving] = [stayingOf(cell), leavingOf(cell)];
  const away = staying.find(({ brokerId }) => byId.get(brokerId)?.isFenced !== false);
  if (away !== undefined)
    return wait(`broker ${away.brokerId} does not answer${away.problem === null ? '' : `: ${away.problem}`}`);
  return (
    nextCordon(staying, byId, false) ??
    nextCordon(leaving, byId, true) ??
    nextMoves(whole, staying) ??
    nextEnd(whole, leaving) ??
    nextRestart(cell, whole, staying) ?? { do: 'nothing' }
  );
};

const nextCordon = (
  rows: readonly CellBrokerRow[],
  byId: ReadonlyMap<number, BrokerRecord>,
  isCordoned: boolean,
): CellStep | null => {
  const found = rows.find(({ brokerId }) => {
    const broker = byId.get(brokerId);
    return broker !== undefined && broker.isCordoned !== isCordoned;
  });
  return found === undefined ? null : { do: 'cordon', brokerId: found.brokerId, isCordoned };
};

const nextMoves = (whole: WholeCell, staying: readonly CellBrokerRow[]): CellStep | null => {
  const ids = new Set(staying.map(({ brokerId }) => brokerId));
  const brokers = whole.brokers.filter(({ brokerId }) => ids.has(brokerId));
  // With a broker more each partition gets the copy that it lacked, and with one less it has no more than there are.
  const factor = { min: Math.min(replicasUsual, brokers.length), max: brokers.length };
  const asked = planBalance(whole.partitions, brokers, factor);
  const moving = whole.partitions.filter(({ record }) => record.reassignment !== null).length;
  const room = movesAtOnceMax - moving;
  if (asked.length > 0 && room > 0) return { do: 'move', asked: asked.slice(0, room) };
  return asked.length + moving > 0 ? wait(`${asked.length + moving} partitions are on their way`) : null;
};

const nextEnd = (whole: WholeCell, leaving: readonly CellBrokerRow[]): CellStep | null => {
  if (leaving.length === 0) return null;
  const holders = new Set(whole.partitions.flatMap(({ record }) => record.replicas));
  const brokerIds = leaving.map(({ brokerId }) => brokerId).filter((brokerId) => !holders.has(brokerId));
  return brokerIds.length > 0
    ? { do: 'end-brokers', brokerIds }
    : wait('brokers that leave still hold something');
};

const nextRestart = (
  { generation }: CellRow,
  whole: WholeCell,
  staying: readonly CellBrokerRow[],
): CellStep | null => {
  const starting = staying.find((broker) => broker.runningGeneration !== broker.generation);
  if (starting !== undefined) return wait(`broker ${starting.brokerId} is started anew`);
  const older = staying.find((broker) => broker.generation < generation);
  if (older === undefined) return null;
  const behind = whole.partitions.filter(({ record }) => record.isr.length < record.replicas.length).length;
  if (behind > 0) return wait(`${behind} partitions have replicas that are not in sync`);
  return { do: 'restart-broker', brokerId: older.brokerId };
};
