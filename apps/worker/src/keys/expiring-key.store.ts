import type { ControlDb, ControlTx } from '@weir/db/control';
import type { ToldKey } from '@weir/mail/key-owner.store';

/** Keys whose owner is to be told that they expire, the longest due first, at most `limit`. */
export const findDueNotices = async (
  db: ControlDb,
  now: number,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await db.apiKey.findMany({
    where: { noticeAt: { lte: new Date(now) } },
    orderBy: { noticeAt: 'asc' },
    take: limit,
    select: { id: true },
  });
  return rows.map((row) => row.id);
};

/**
 * Takes the notice of a key for this transaction, after which it is not due any more. Null: it was taken, or there is
 * nobody to tell, as the key was revoked, has expired, or went with its cluster.
 */
export const takeNotice = async (tx: ControlTx, id: string, now: number): Promise<ToldKey | null> => {
  const { count } = await tx.apiKey.updateMany({
    where: { id, noticeAt: { lte: new Date(now) } },
    data: { noticeAt: null },
  });
  if (count === 0) return null;
  return tx.apiKey.findFirst({
    where: {
      id,
      revokedAt: null,
      expiresAt: { gt: new Date(now) },
      OR: [{ clusterId: null }, { cluster: { deletedAt: null } }],
    },
    select: { id: true, organizationId: true, ownerKind: true, ownerId: true, expiresAt: true },
  });
};
