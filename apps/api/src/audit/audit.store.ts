import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { chainStart, hashOf } from '@weir/audit-log/chain';
import { type ControlTx, Prisma } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK } from '../platform/tokens.ts';

/** JSON that is safe to keep: never a secret. */
export type AuditDetail = { readonly [name: string]: string | number | boolean | null };

export interface AuditEntry {
  /** `<resource>.<verb>`, such as `cluster.create`. */
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id: string };
  readonly before?: AuditDetail;
  readonly after?: AuditDetail;
}

/**
 * Who did what. Each event holds the hash of the one before it, so that a removed or altered event shows.
 * Written in the caller's transaction: what happened and that it was recorded are one.
 */
@Injectable()
export class AuditStore {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  async record(tx: ControlTx, call: Call, entry: AuditEntry, outcome: 'SUCCESS' | 'DENIED' = 'SUCCESS') {
    const { organizationId } = call.caller;
    // One writer at a time an organization; the lock ends with the transaction.
    await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${organizationId}, 1))`);
    const last = await tx.auditEvent.findFirst({
      where: { organizationId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true, hash: true },
    });
    const event = {
      organizationId,
      sequence: (last?.sequence ?? 0n) + 1n,
      id: randomUUID(),
      time: new Date(this.clock.now()),
      action: entry.action,
      outcome,
      actorKind: call.caller.kind,
      actorId: call.caller.id,
      via: call.caller.via,
      resourceKind: entry.resource.kind,
      resourceId: entry.resource.id,
      sourceIp: call.sourceIp,
      requestId: call.requestId,
      before: entry.before ?? null,
      after: entry.after ?? null,
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
  }
}
