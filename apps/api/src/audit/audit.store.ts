import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type ControlDb, type ControlTx, Prisma } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';

/** JSON that is safe to keep: never a secret. */
export type AuditDetail = { readonly [name: string]: string | number | boolean | null };

export interface AuditEntry {
  /** `<resource>.<verb>`, such as `cluster.create`. */
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id: string };
  readonly before?: AuditDetail;
  readonly after?: AuditDetail;
}

export interface AuditRow {
  readonly id: string;
  readonly sequence: bigint;
  readonly time: Date;
  readonly action: string;
  readonly outcome: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly via: string;
  readonly resourceKind: string;
  readonly resourceId: string;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly before: Prisma.JsonValue;
  readonly after: Prisma.JsonValue;
}

/** What the chain of an organization begins with. */
const chainStart = '0'.repeat(64);

/**
 * Who did what. Each event holds the hash of the one before it, so that a removed or altered event shows.
 * Written in the caller's transaction: what happened and that it was recorded are one.
 */
@Injectable()
export class AuditStore {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

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

  async list(
    organizationId: string,
    filter: { resourceId?: string | undefined; before?: bigint | undefined; limit: number },
  ): Promise<{ rows: readonly AuditRow[]; total: number }> {
    const scope = { organizationId, ...(filter.resourceId ? { resourceId: filter.resourceId } : {}) };
    const [rows, total] = await Promise.all([
      this.db.auditEvent.findMany({
        where: { ...scope, ...(filter.before === undefined ? {} : { sequence: { lt: filter.before } }) },
        orderBy: { sequence: 'desc' },
        take: filter.limit,
        omit: { organizationId: true, hash: true, previousHash: true },
      }),
      this.db.auditEvent.count({ where: scope }),
    ]);
    return { rows, total };
  }
}

/** Over the fields in a fixed order; Postgres may reorder the keys of stored JSON. */
export const hashOf = (event: { readonly [field: string]: unknown }): string =>
  createHash('sha256').update(canonical(event)).digest('hex');

const canonical = (value: unknown): string => {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
  }
  return JSON.stringify(value);
};
