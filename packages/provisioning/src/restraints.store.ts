import type { ControlDb, ControlTx } from '@weir/db/control';
import { z } from 'zod';
import type { HeldLimit, ToldCluster } from './budget-plan.ts';

export const SpendPeriodName = z.enum(['HOUR', 'DAY', 'MONTH']);
export const SpendActionName = z.enum(['NOTIFY', 'THROTTLE', 'READ_ONLY']);

/** Of two who tell what paying has to do with an organization's clusters, the later one sees more and tells it later. */
export const lockRestraints = async (tx: ControlTx, organizationId: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`restraints ${organizationId}`}, 2))`;
};

export const readLimits = async (tx: ControlTx, organizationId: string): Promise<readonly HeldLimit[]> => {
  const rows = await tx.spendLimit.findMany({
    where: { organizationId },
    orderBy: { id: 'asc' },
    select: {
      ...{ id: true, displayName: true, scopeKind: true, scopeId: true },
      ...{ period: true, micros: true, action: true },
    },
  });
  return rows.map((row) => ({
    ...row,
    period: SpendPeriodName.parse(row.period),
    action: SpendActionName.parse(row.action),
  }));
};

/** What not paying has come to. */
export const standingOf = async (tx: ControlTx, organizationId: string): Promise<string> => {
  const where = { organizationId };
  const account = await tx.paymentAccount.findUnique({ where, select: { standing: true } });
  return account?.standing ?? 'CURRENT';
};

export const hasLimits = async (tx: ControlTx, organizationId: string): Promise<boolean> =>
  (await tx.spendLimit.count({ where: { organizationId } })) > 0;

/** Clusters whose cells know of them. */
export const toldClusters = async (
  tx: ControlTx,
  organizationId: string,
): Promise<readonly ToldCluster[]> => {
  const rows = await tx.cluster.findMany({
    where: {
      organizationId,
      phase: 'PROVISIONED',
      OR: [{ deletedAt: null }, { restorableUntil: { not: null } }],
    },
    orderBy: { id: 'asc' },
    select: { id: true, environmentId: true, cellId: true, kind: true, cku: true, cloud: true, region: true },
  });
  return rows.map(({ cku: units, cloud, id, region, ...row }) => ({
    ...row,
    units,
    clusterId: id,
    region: `${cloud}.${region}`,
  }));
};

/** Windows of brokers that are counted, in the hours by which usage is rated as well: until when, by broker. Of a day back, at most. */
export const countedUntil = async (tx: ControlTx): Promise<Readonly<Record<string, number>>> => {
  const rows = await tx.$queryRaw<{ brokerId: number; until: Date }[]>`
    SELECT broker_id AS "brokerId", max(window_end) AS until FROM usage_windows
     WHERE received_at > now() - interval '1 day'
     GROUP BY broker_id`;
  return Object.fromEntries(rows.map(({ brokerId, until }) => [String(brokerId), until.getTime()]));
};

export const nextRestraintsVersion = async (tx: ControlTx, organizationId: string): Promise<number> => {
  const { restraintsVersion } = await tx.organization.update({
    where: { id: organizationId },
    data: { restraintsVersion: { increment: 1 } },
    select: { restraintsVersion: true },
  });
  return restraintsVersion;
};

export const noteSpent = async (
  tx: ControlTx,
  id: string,
  spent: { readonly micros: bigint; readonly fromMs: number; readonly atMs: number },
): Promise<void> => {
  const { atMs, fromMs, micros } = spent;
  // By hand, so that a look is no change of the limit.
  await tx.$executeRaw`
    UPDATE spend_limits SET spent_micros = ${micros}, spent_from = ${new Date(fromMs)}, spent_at = ${new Date(atMs)}
     WHERE id = ${id}`;
};

/** Organizations with limits, at most so many, after that one. */
export const findLimited = async (
  db: ControlDb,
  after: string,
  limit: number,
): Promise<readonly string[]> => {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT organization_id::text AS id FROM spend_limits
     WHERE organization_id::text > ${after} ORDER BY 1 LIMIT ${limit}`;
  return rows.map(({ id }) => id);
};
