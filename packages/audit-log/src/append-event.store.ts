import { randomUUID } from 'node:crypto';
import { type ControlTx, Prisma } from '@weir/db/control';
import { chainStart, hashOf } from './chain.ts';

/** JSON that is safe to keep: never a secret. */
export type AuditDetail = { readonly [name: string]: string | number | boolean | null };

/** What happened, and who did it. */
export interface NewAuditEvent {
  readonly organizationId: string;
  readonly time: Date;
  /** `<resource>.<verb>`, such as `cluster.create`. */
  readonly action: string;
  readonly outcome: 'SUCCESS' | 'DENIED';
  readonly actorKind: 'User' | 'ServiceAccount' | 'System' | 'Operator';
  readonly actorId: string;
  readonly via: string;
  readonly resourceKind: string;
  readonly resourceId: string;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly before: AuditDetail | null;
  readonly after: AuditDetail | null;
}

/**
 * Puts an event at the end of its organization's chain, in the caller's transaction: what happened and that it was
 * recorded are one.
 */
export const appendEvent = async (tx: ControlTx, added: NewAuditEvent): Promise<void> => {
  const { organizationId } = added;
  // One writer at a time an organization; the lock ends with the transaction.
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${organizationId}, 1))`);
  const last = await tx.auditEvent.findFirst({
    where: { organizationId },
    orderBy: { sequence: 'desc' },
    select: { sequence: true, hash: true },
  });
  const event = {
    ...added,
    sequence: (last?.sequence ?? 0n) + 1n,
    id: randomUUID(),
    previousHash: last?.hash ?? chainStart,
  };
  await tx.auditEvent.create({
    data: {
      ...event,
      before: event.before ?? Prisma.DbNull,
      after: event.after ?? Prisma.DbNull,
      hash: hashOf(event),
    },
    select: { id: true },
  });
};
