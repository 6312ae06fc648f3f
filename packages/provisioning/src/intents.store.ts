import { RoleName } from '@weir/contracts/roles';
import { type ControlTx, Prisma } from '@weir/db/control';
import type { RoleGrants } from '@weir/metadata-store/model';
import type { ClusterIntent } from './cluster-intent.ts';
import type { KeyIntent } from './key-intent.ts';
import { standingOf } from './restraints.store.ts';
import { type BoundRole, roleGrantsOf, scopeOf } from './role-grants.ts';
import { earlier, keysLapseAt } from './single-sign-on.store.ts';

// Rows are locked while they are applied: of two processes that apply one subject the later sees the newer
// intent, so that a revoked key cannot be put back by whoever read it before.

export interface LockedCluster extends ClusterIntent {
  readonly organizationId: string;
  readonly environmentId: string;
  readonly cellId: string;
  readonly phase: string;
  /** Null of a dedicated cluster: it was not there yet. */
  readonly statusCku: number | null;
  readonly deletedAt: Date | null;
  readonly restorableUntil: Date | null;
}

export interface LockedKey extends KeyIntent {
  readonly cellId: string;
  readonly revokedAt: Date | null;
  readonly clusterGone: boolean;
}

export const lockCluster = async (tx: ControlTx, id: string): Promise<LockedCluster | null> => {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM clusters WHERE id = ${id} FOR UPDATE`);
  const cluster = await tx.cluster.findUnique({
    where: { id },
    select: {
      id: true,
      organizationId: true,
      environmentId: true,
      kind: true,
      cku: true,
      statusCku: true,
      intentVersion: true,
      cellId: true,
      phase: true,
      deletedAt: true,
      restorableUntil: true,
      clientQuotas: {
        orderBy: { id: 'asc' },
        select: { principals: true, ingressBytesPerSec: true, egressBytesPerSec: true },
      },
    },
  });
  if (cluster === null) return null;
  const isUnpaid = (await standingOf(tx, cluster.organizationId)) === 'SUSPENDED';
  return { ...cluster, isUnpaid };
};

export const lockKey = async (tx: ControlTx, id: string): Promise<LockedKey | null> => {
  await tx.$queryRaw(Prisma.sql`SELECT 1 FROM api_keys WHERE id = ${id} FOR UPDATE`);
  const row = await tx.apiKey.findUnique({
    where: { id },
    select: {
      id: true,
      organizationId: true,
      clusterId: true,
      ownerKind: true,
      ownerId: true,
      secrets: { orderBy: { number: 'asc' }, select: { number: true, scram: true } },
      expiresAt: true,
      revokedAt: true,
      cluster: { select: { cellId: true, phase: true, deletedAt: true, restorableUntil: true } },
      organization: { select: { suspendedAt: true } },
    },
  });
  if (!row?.clusterId || !row.cluster) return null;
  const { cluster, clusterId, organization, organizationId, ownerKind, ...key } = row;
  const lapsesAt = ownerKind === 'User' ? await keysLapseAt(tx, organizationId, key.ownerId) : null;
  const expiresAt = earlier(earlier(key.expiresAt, lapsesAt), organization.suspendedAt);
  return { ...key, expiresAt, clusterId, cellId: cluster.cellId, clusterGone: isGone(cluster) };
};

/** For good, or about to be: a deleted cluster that can be restored has keys that can be revoked. */
const isGone = (cluster: Pick<LockedCluster, 'phase' | 'deletedAt' | 'restorableUntil'>): boolean =>
  cluster.phase === 'DELETING' || (cluster.deletedAt !== null && cluster.restorableUntil === null);

/** What roles allow in a cluster. Its row is locked, so that whoever comes later tells no less than this. */
export const readRoleGrants = async (
  tx: ControlTx,
  { environmentId, id, organizationId }: LockedCluster,
): Promise<RoleGrants> => {
  // The version first: what is bound after it was read may be told with it, and is told again with its own.
  const { accessVersion } = await tx.organization.findUniqueOrThrow({
    where: { id: organizationId },
    select: { accessVersion: true },
  });
  const wider = [
    { environmentId: null, serviceAccountId: null },
    { environmentId, clusterId: null },
  ];
  const rows = await tx.roleBinding.findMany({
    where: { organizationId, OR: [...wider, { clusterId: id }] },
    orderBy: { id: 'asc' },
    select: { principalId: true, principalKind: true, roleName: true, scope: true },
  });
  const people = await membersOfMappings(
    tx,
    rows.flatMap((row) => (row.principalKind === 'GroupMapping' ? [row.principalId] : [])),
  );
  const bound = rows.flatMap(({ principalId, principalKind, roleName, scope }): BoundRole[] => {
    const ids = principalKind === 'GroupMapping' ? (people.get(principalId) ?? []) : [principalId];
    const role = { roleName: RoleName.parse(roleName), scope: scopeOf(scope) };
    return ids.map((id) => ({ principalId: id, ...role }));
  });
  return { version: accessVersion, grants: roleGrantsOf(bound) };
};

/** Brokers know no groups: a role of a group is one of each person who is in it. */
const membersOfMappings = async (
  tx: ControlTx,
  mappingIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> => {
  const found = new Map<string, string[]>();
  if (mappingIds.length === 0) return found;
  const rows = await tx.groupMappingMember.findMany({
    where: { mappingId: { in: [...mappingIds] } },
    orderBy: { userId: 'asc' },
    select: { mappingId: true, userId: true },
  });
  for (const { mappingId, userId } of rows) {
    const ids = found.get(mappingId);
    if (ids === undefined) found.set(mappingId, [userId]);
    else ids.push(userId);
  }
  return found;
};

/** Clusters that are there, can be restored, or are on their way out. */
export const clustersOfCell = async (tx: ControlTx, cellId: string): Promise<readonly string[]> => {
  const where = { cellId, OR: [{ deletedAt: null }, { restorableUntil: { not: null } }] };
  const rows = await tx.cluster.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  return rows.map(({ id }) => id);
};

/**
 * The units that are wanted of a locked cluster are there, and its clients know where to begin. Returns whether its cell
 * has not been told of it yet.
 */
export const setSettled = async (tx: ControlTx, id: string, endpoint: string): Promise<boolean> => {
  const { bootstrapEndpoint, cku, phase } = await tx.cluster.findUniqueOrThrow({
    where: { id },
    select: { bootstrapEndpoint: true, cku: true, phase: true },
  });
  const data = { statusCku: cku, bootstrapEndpoint: bootstrapEndpoint ?? endpoint };
  await tx.cluster.update({ where: { id }, data, select: { id: true } });
  return phase === 'PROVISIONING';
};

/** Clusters that could be restored until then, at most `limit`. */
export const findExpired = async (db: ControlTx, now: number, limit: number): Promise<readonly string[]> => {
  const rows = await db.cluster.findMany({
    where: { restorableUntil: { lte: new Date(now) }, phase: { not: 'DELETING' } },
    orderBy: { restorableUntil: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map(({ id }) => id);
};

/** A deleted cluster goes for good, with what roles allowed on it. It is locked, and can be restored no more. */
export const setGoing = async (tx: ControlTx, id: string): Promise<void> => {
  const data = { phase: 'DELETING', intentVersion: { increment: 1 } };
  await tx.cluster.update({ where: { id }, data, select: { id: true } });
  await tx.roleBinding.deleteMany({ where: { clusterId: id } });
};

/** What could not be told of the cluster's keys is due at once. */
export const hurryKeysOf = async (tx: ControlTx, clusterId: string, now: number): Promise<void> => {
  const keys = await tx.apiKey.findMany({ where: { clusterId, revokedAt: null }, select: { id: true } });
  await tx.outbox.updateMany({
    where: { subjectKind: 'api-key', subjectId: { in: keys.map(({ id }) => id) }, appliedAt: null },
    data: { dueAt: new Date(now) },
  });
};

export const setProvisioned = async (tx: ControlTx, id: string): Promise<void> => {
  await tx.cluster.update({ where: { id }, data: { phase: 'PROVISIONED' }, select: { id: true } });
};

export const setDeleted = async (tx: ControlTx, id: string, now: number): Promise<void> => {
  const data = { deletedAt: new Date(now), restorableUntil: null };
  await tx.cluster.update({ where: { id }, data, select: { id: true } });
};
