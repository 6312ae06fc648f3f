import { KnownDays } from '@weir/costs/known-days';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { currentTraceparent, traced } from '@weir/runtime/tracing';
import { leaveCell, setRunning } from './cell.store.ts';
import type { Cells } from './cells.ts';
import { clusterRecordOf } from './cluster-intent.ts';
import {
  type LockedCluster,
  lockCluster,
  lockKey,
  readRoleGrants,
  setDeleted,
  setProvisioned,
} from './intents.store.ts';
import { credentialRecordOf } from './key-intent.ts';
import { findOpenEntry, markApplied, markFailed, type OutboxEntry } from './outbox.store.ts';
import { hasLimits } from './restraints.store.ts';
import { settleRestraints } from './settle-restraints.ts';

export interface ApplyDeps {
  readonly db: ControlDb;
  readonly cells: Cells;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** An intent that the cell did not take for now; the entry stays and has been given a later time. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
}

/**
 * Applies the newest intent of what an outbox entry points at to its cell. Idempotent: an entry that was
 * applied already is left alone ('settled'). Throws ApplyError after noting the failure in the entry.
 */
export const applyOutboxEntry = async (deps: ApplyDeps, id: bigint): Promise<'applied' | 'settled'> => {
  let open: OutboxEntry | null = null;
  try {
    return await deps.db.$transaction(async (tx) => {
      open = await findOpenEntry(tx, id);
      if (!open) return 'settled';
      await traceSubject(deps, tx, open);
      await markApplied(tx, open, deps.now());
      return 'applied';
    });
  } catch (cause) {
    if (open) await markFailed(deps.db, open, cause, deps.now());
    throw new ApplyError(`could not apply outbox entry ${id}`, { cause });
  }
};

/** Goes on with the trace of the request that wrote the entry, whoever applies it. */
const traceSubject = (deps: ApplyDeps, tx: ControlTx, entry: OutboxEntry): Promise<void> => {
  const { attempts, subjectId, subjectKind, traceparent } = entry;
  const attributes = { 'weir.subject': subjectId, 'weir.attempts': attempts };
  const parent = currentTraceparent() ?? traceparent;
  const given = { kind: 'consumer', attributes, parent } as const;
  return traced(`apply ${subjectKind}`, given, () => applySubject(deps, tx, entry));
};

const applySubject = (deps: ApplyDeps, tx: ControlTx, entry: OutboxEntry): Promise<void> => {
  switch (entry.subjectKind) {
    case 'cluster':
      return applyClusterIntent(deps, tx, entry.subjectId);
    case 'api-key':
      return applyKeyIntent(deps, tx, entry.subjectId);
    case 'access':
      return applyAccessIntent(deps, tx, entry.subjectId);
    case 'restraints':
      return settle(deps, tx, entry.subjectId);
  }
};

/** It happens once in a while, and for another organization each time: nothing is remembered for it. */
const settle = (deps: ApplyDeps, tx: ControlTx, organizationId: string): Promise<void> =>
  settleRestraints({ ...deps, known: new KnownDays() }, tx, organizationId);

const applyClusterIntent = async (deps: ApplyDeps, tx: ControlTx, clusterId: string): Promise<void> => {
  const cluster = await lockCluster(tx, clusterId);
  if (!cluster || (cluster.deletedAt && !cluster.restorableUntil)) return;
  if (cluster.phase === 'DELETING' && cluster.kind === 'Dedicated') {
    // All that it has goes with its cell, and it counts as deleted once that is gone (settle-cell.ts).
    await leaveCell(tx, cluster.cellId);
    return;
  }
  if (cluster.deletedAt && cluster.kind === 'Dedicated') await setRunning(tx, cluster.cellId, false);
  if (isBeingMade(cluster)) return;
  const cell = deps.cells.store(cluster.cellId);
  if (cluster.phase === 'DELETING') {
    await cell.removeCluster(cluster.id);
    await setDeleted(tx, cluster.id, deps.now());
    return;
  }
  await cell.applyCluster(clusterRecordOf(cluster));
  // With the cluster, so that no key of it works before.
  mustTake(await cell.applyRoleGrants(cluster.id, await readRoleGrants(tx, cluster)), 'its roles');
  if (cluster.phase === 'PROVISIONED') return;
  await setProvisioned(tx, cluster.id);
  // Before anybody has a key of it: what a limit leaves is left to it as well.
  if (await hasLimits(tx, cluster.organizationId)) await settle(deps, tx, cluster.organizationId);
};

/** Its cell is not there yet, and is told of everything by an entry of its own once it is. */
const isBeingMade = ({ kind, statusCku }: LockedCluster): boolean =>
  kind === 'Dedicated' && statusCku === null;

const applyAccessIntent = async (deps: ApplyDeps, tx: ControlTx, clusterId: string): Promise<void> => {
  const cluster = await lockCluster(tx, clusterId);
  if (!cluster || cluster.deletedAt || cluster.phase === 'DELETING' || isBeingMade(cluster)) return;
  const grants = await readRoleGrants(tx, cluster);
  const cell = deps.cells.store(cluster.cellId);
  mustTake(await cell.applyRoleGrants(cluster.id, grants), 'its roles');
};

const applyKeyIntent = async (deps: ApplyDeps, tx: ControlTx, keyId: string): Promise<void> => {
  const key = await lockKey(tx, keyId);
  // The cell removes a cluster's keys with the cluster.
  if (!key || key.clusterGone) return;
  const cell = deps.cells.store(key.cellId);
  if (key.revokedAt) {
    await cell.removeCredential(key.id);
    return;
  }
  mustTake(await cell.applyCredential(credentialRecordOf(key)), `the key ${key.id}`);
};

type Taken =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: string; readonly message: string };

const mustTake = (result: Taken, what: string): void => {
  if (!result.ok) throw new Error(`the cell refused ${what}: ${result.refusal}, ${result.message}`);
};
