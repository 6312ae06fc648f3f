import { type ControlTx, Prisma } from '@weir/db/control';
import type { ClusterIntent } from './cluster-intent.ts';
import type { KeyIntent } from './key-intent.ts';

// Rows are locked while they are applied: of two processes that apply one subject the later sees the newer
// intent, so that a revoked key cannot be put back by whoever read it before.

export interface LockedCluster extends ClusterIntent {
  readonly cellId: string;
  readonly phase: string;
  readonly deletedAt: Date | null;
}

export interface LockedKey extends KeyIntent {
  readonly cellId: string;
  readonly revokedAt: Date | null;
  readonly clusterGone: boolean;
}

export const lockCluster = async (tx: ControlTx, id: string): Promise<LockedCluster | null> => {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM clusters WHERE id = ${id} FOR UPDATE`);
  return tx.cluster.findUnique({
    where: { id },
    select: {
      id: true,
      kind: true,
      cku: true,
      intentVersion: true,
      cellId: true,
      phase: true,
      deletedAt: true,
    },
  });
};

export const lockKey = async (tx: ControlTx, id: string): Promise<LockedKey | null> => {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM api_keys WHERE id = ${id} FOR UPDATE`);
  const row = await tx.apiKey.findUnique({
    where: { id },
    select: {
      id: true,
      clusterId: true,
      ownerKind: true,
      ownerId: true,
      scram: true,
      expiresAt: true,
      revokedAt: true,
      cluster: { select: { cellId: true, phase: true, deletedAt: true } },
    },
  });
  if (!row?.clusterId || !row.cluster) return null;
  const { cluster, clusterId, ...key } = row;
  const clusterGone = cluster.deletedAt !== null || cluster.phase === 'DELETING';
  return { ...key, clusterId, cellId: cluster.cellId, clusterGone };
};

export const setProvisioned = async (tx: ControlTx, id: string): Promise<void> => {
  await tx.cluster.update({ where: { id }, data: { phase: 'PROVISIONED' }, select: { id: true } });
};

export const setDeleted = async (tx: ControlTx, id: string, now: number): Promise<void> => {
  const deletedAt = new Date(now);
  await tx.cluster.update({ where: { id }, data: { deletedAt }, select: { id: true } });
};
