import type { MetadataStore } from '@weir/metadata-store/port';
import { readWholeCell } from '@weir/metadata-store/whole-cell';
import { type ApplyDeps, ApplyError, applyOutboxEntry } from './apply-outbox-entry.ts';
import {
  addMissingBrokers,
  type CellRow,
  endBrokers,
  findCell,
  removeCell,
  renewBroker,
  setBootstrap,
  setProblem,
  settle,
  type WantedOfCell,
} from './cell.store.ts';
import { bootstrapOf, type CellStep, nextCellStep, stepBeforeStore } from './cell-plan.ts';
import { clustersOfCell, hurryKeysOf, lockCluster, setDeleted, setSettled } from './intents.store.ts';
import { addToOutbox } from './outbox.store.ts';

export interface SettleDeps extends ApplyDeps {
  /** What clients call the machine on which brokers run. */
  readonly brokerHost: string;
}

/** Steps that follow each other at once, before others have their turn. */
const stepsAtOnceMax = 20;

/**
 * Takes a cell towards what is wanted of it, as far as that goes now. Every step may be repeated, interrupted and taken
 * by several processes at once: each is decided by what is there. Returns why it is not there yet; null: it is.
 */
export const settleCell = async (deps: SettleDeps, cellId: string): Promise<string | null> => {
  for (let taken = 0; taken < stepsAtOnceMax; taken += 1) {
    const cell = await findCell(deps.db, cellId);
    if (cell === null || cell.brokersWanted === null) return null;
    if (cell.state === 'LEAVING') return takeAway(deps, cell);
    if (cell.state === 'STOPPED')
      return (await settle(deps.db, wantedOf(cell))) ? null : 'something else is wanted';
    const step = await nextStep(deps, cell);
    if (step.do === 'nothing') {
      const told = await finish(deps, cell);
      if (told === null) continue;
      for (const outboxId of told) await applyNow(deps, outboxId);
      return null;
    }
    if (step.do !== 'wait') {
      await take(deps, cell, step);
      continue;
    }
    if (step.why !== cell.problem) await setProblem(deps.db, cellId, step.why);
    return step.why;
  }
  return 'there is more to be done';
};

const nextStep = async ({ cells }: SettleDeps, cell: CellRow): Promise<CellStep> =>
  stepBeforeStore(cell) ?? nextCellStep(cell, await readWholeCell(cells.store(cell.id)));

const take = async ({ cells, db }: SettleDeps, cell: CellRow, step: CellStep): Promise<void> => {
  switch (step.do) {
    case 'add-brokers':
      await addMissingBrokers(db, cell.id);
      return;
    case 'cordon': {
      const outcome = await cells.store(cell.id).cordonBroker(step.brokerId, step.isCordoned);
      if (!outcome.ok) throw new Error(outcome.message);
      return;
    }
    case 'move':
      return move(cells.store(cell.id), step.asked);
    case 'end-brokers':
      return endBrokers(db, step.brokerIds);
    case 'restart-broker':
      return renewBroker(db, step.brokerId, cell.generation);
    case 'wait':
    case 'nothing':
      return;
    default:
      step satisfies never;
  }
};

const move = async (
  store: MetadataStore,
  asked: Extract<CellStep, { do: 'move' }>['asked'],
): Promise<void> => {
  for (const outcome of await store.reassignPartitions(asked)) {
    // A topic that was deleted meanwhile has nothing to be moved.
    if (!outcome.ok && outcome.refusal !== 'UNKNOWN_TOPIC_OR_PARTITION')
      throw new Error(`a partition cannot be moved: ${outcome.message}`);
  }
};

const wantedOf = ({ brokersWanted, generation, id, state }: CellRow): WantedOfCell => ({
  ...{ brokersWanted, generation, id, state },
});

/** What fails stands in the outbox, and comes again. */
const applyNow = async (deps: SettleDeps, outboxId: bigint): Promise<void> => {
  try {
    await applyOutboxEntry(deps, outboxId);
  } catch (cause) {
    if (!(cause instanceof ApplyError)) throw cause;
  }
};

/**
 * The cell is as it was wanted when it was read. Returns the outbox entries of what its store is to be told by now; null:
 * something else is wanted, or not everything is known yet.
 */
const finish = async (deps: SettleDeps, cell: CellRow): Promise<readonly bigint[] | null> => {
  const endpoint = cell.bootstrapEndpoint ?? bootstrapOf(cell, deps.brokerHost);
  if (endpoint === null) return null;
  const { id } = cell;
  return deps.db.$transaction(async (tx) => {
    // Clusters before their cell, as whoever changes what is wanted of both does.
    const clusterIds = cell.kind === 'dedicated' ? await clustersOfCell(tx, id) : [];
    for (const clusterId of clusterIds) await lockCluster(tx, clusterId);
    if (!(await settle(tx, wantedOf(cell)))) return null;
    await setBootstrap(tx, id, endpoint);
    const told: bigint[] = [];
    for (const clusterId of clusterIds) {
      if (!(await setSettled(tx, clusterId, endpoint))) continue;
      told.push(await addToOutbox(tx, 'cluster', clusterId, deps.now()));
      // They were made before there was anything to tell.
      await hurryKeysOf(tx, clusterId, deps.now());
    }
    return told;
  });
};

/** First the brokers, then the store, both by whoever runs them; then the cell, and what was on it. */
const takeAway = async ({ db, now }: SettleDeps, cell: CellRow): Promise<string | null> => {
  const running = cell.brokers.filter(({ wanted }) => wanted === 'RUN').map(({ brokerId }) => brokerId);
  if (running.length > 0) await endBrokers(db, running);
  if (cell.brokers.length > 0 || cell.hasStore) return 'what it holds is being removed';
  await db.$transaction(async (tx) => {
    for (const clusterId of await clustersOfCell(tx, cell.id)) {
      await lockCluster(tx, clusterId);
      await setDeleted(tx, clusterId, now());
    }
    await removeCell(tx, cell.id);
  });
  return null;
};
