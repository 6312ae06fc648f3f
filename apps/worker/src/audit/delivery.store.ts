import type { ControlDb, ControlTx } from '@weir/db/control';

/** How long one attempt has a log to itself: longer than a batch takes. */
export const attemptMsMax = 30_000;

/**
 * Logs that have gone on from what is in their topics, those that have waited longest first. Of a log its last event alone is
 * looked at, however long it is: whether there is any behind a number Postgres may look for by reading all of them.
 */
export const findDueAudits = (
  db: ControlDb,
  now: number,
  isFailing: boolean,
  limit: number,
): Promise<readonly { readonly organizationId: string }[]> => {
  const at = new Date(now);
  return db.$queryRaw<{ organizationId: string }[]>`
    SELECT organization_id AS "organizationId" FROM audit_deliveries d
     WHERE due_at <= ${at} AND (taken_until IS NULL OR taken_until <= ${at})
       AND (failing_since IS NOT NULL) = ${isFailing}
       AND delivered_sequence < (SELECT max(sequence) FROM audit_events e WHERE e.organization_id = d.organization_id)
     ORDER BY due_at LIMIT ${limit}`;
};

export interface TakenAudit {
  readonly organizationId: string;
  readonly topicName: string;
  readonly serviceAccountId: string;
  readonly deliveredSequence: bigint;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly toldAt: Date | null;
  /** By which a note of this attempt is told from one of another, or of one under another setting. */
  readonly version: number;
  readonly takenUntil: Date;
  readonly cluster: {
    readonly id: string;
    readonly cellId: string;
    readonly kind: string;
    readonly bootstrapEndpoint: string | null;
  };
}

export type Taken =
  | { readonly kind: 'nothing' }
  /** The cluster or the service account is gone. */
  | { readonly kind: 'nowhere'; readonly audit: Omit<TakenAudit, 'cluster'>; readonly problem: string }
  | { readonly kind: 'taken'; readonly audit: TakenAudit };

const columns = {
  organizationId: true,
  clusterId: true,
  topicName: true,
  serviceAccountId: true,
  deliveredSequence: true,
  failures: true,
  failingSince: true,
  toldAt: true,
  version: true,
} as const;

/** Takes a log for one attempt, unless somebody has it, or it is not due. */
export const takeAudit = (db: ControlDb, organizationId: string, now: number): Promise<Taken> =>
  db.$transaction(async (tx) => {
    const at = new Date(now);
    const takenUntil = new Date(now + attemptMsMax);
    const { count } = await tx.auditDelivery.updateMany({
      where: {
        organizationId,
        dueAt: { lte: at },
        OR: [{ takenUntil: null }, { takenUntil: { lte: at } }],
      },
      data: { takenUntil },
    });
    if (count === 0) return { kind: 'nothing' };
    const row = await tx.auditDelivery.findUniqueOrThrow({ where: { organizationId }, select: columns });
    const { clusterId, ...rest } = row;
    const audit = { ...rest, takenUntil };
    const cluster = await tx.cluster.findFirst({
      where: { id: clusterId, organizationId, deletedAt: null, phase: { not: 'DELETING' } },
      select: { id: true, cellId: true, kind: true, bootstrapEndpoint: true },
    });
    if (cluster === null) return { kind: 'nowhere', audit, problem: 'The cluster is not there any more.' };
    const where = { id: row.serviceAccountId, organizationId, deletedAt: null };
    if ((await tx.serviceAccount.count({ where })) === 0)
      return { kind: 'nowhere', audit, problem: 'The service account is not there any more.' };
    return { kind: 'taken', audit: { ...audit, cluster } };
  });

type Held = Pick<TakenAudit, 'organizationId' | 'version' | 'takenUntil'>;
const ofThis = ({ organizationId, takenUntil, version }: Held) => ({ organizationId, takenUntil, version });

/**
 * Notes that events up to a number are in the topic, and holds the log for another batch, or lets it go. Null: somebody
 * else has it by now, or it was set anew.
 */
export const markDelivered = async (
  db: ControlDb,
  audit: TakenAudit,
  deliveredSequence: bigint,
  now: number,
  isLast: boolean,
): Promise<TakenAudit | null> => {
  const at = new Date(now);
  const takenUntil = new Date(now + attemptMsMax);
  const fine = { failures: 0, failingSince: null, toldAt: null };
  const { count } = await db.auditDelivery.updateMany({
    where: ofThis(audit),
    data: {
      ...{ ...fine, problem: null, deliveredSequence, deliveredAt: at, dueAt: at },
      takenUntil: isLast ? null : takenUntil,
    },
  });
  return count === 0 ? null : { ...audit, ...fine, deliveredSequence, takenUntil };
};

/** False: as above. */
export const markFailed = async (
  tx: ControlTx,
  audit: Held,
  noted: {
    readonly problem: string;
    readonly failures: number;
    readonly failingSince: Date;
    readonly toldAt: Date | null;
    readonly dueAt: Date;
  },
): Promise<boolean> => {
  const { count } = await tx.auditDelivery.updateMany({
    where: ofThis(audit),
    data: { ...noted, takenUntil: null },
  });
  return count > 0;
};

/** Lets a log go that has nothing to deliver. */
export const release = async (db: ControlDb, audit: Held): Promise<void> => {
  await db.auditDelivery.updateMany({ where: ofThis(audit), data: { takenUntil: null } });
};
