import type { ControlTx } from '@weir/db/control';

/** The intent of every cluster of the organization is a newer one. Their ids. */
export const renewClusters = async (tx: ControlTx, organizationId: string): Promise<readonly string[]> => {
  const where = { organizationId, deletedAt: null, phase: { not: 'DELETING' } };
  const rows = await tx.cluster.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  await tx.cluster.updateMany({ where, data: { intentVersion: { increment: 1 } } });
  return rows.map(({ id }) => id);
};
