import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface AuditDeliveryRow {
  readonly organizationId: string;
  readonly clusterId: string;
  readonly topicName: string;
  readonly serviceAccountId: string;
  readonly deliveredSequence: bigint;
  readonly deliveredAt: Date | null;
  readonly dueAt: Date;
  readonly failingSince: Date | null;
  readonly problem: string | null;
}

export type WantedDelivery = Pick<AuditDeliveryRow, 'clusterId' | 'topicName' | 'serviceAccountId'>;

const columns = {
  organizationId: true,
  clusterId: true,
  topicName: true,
  serviceAccountId: true,
  deliveredSequence: true,
  deliveredAt: true,
  dueAt: true,
  failingSince: true,
  problem: true,
} as const;

/** The setting of an organization, and how far its delivery is. The worker's own view of it is in apps/worker/src/audit. */
@Injectable()
export class AuditDeliveryStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, tx: ControlTx = this.db): Promise<AuditDeliveryRow | null> {
    return tx.auditDelivery.findUnique({ where: { organizationId }, select: columns });
  }

  /** The number of the last event that there is; 0: none. */
  async lastSequence(organizationId: string, tx: ControlTx = this.db): Promise<bigint> {
    const last = await tx.auditEvent.findFirst({
      where: { organizationId },
      orderBy: { sequence: 'desc' },
      select: { sequence: true },
    });
    return last?.sequence ?? 0n;
  }

  /** Until the transaction ends nobody else sets or removes it. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`audit delivery ${organizationId}`}, 2))`;
  }

  /** A new beginning: what failed before is forgotten, and an attempt that is under way notes nothing. */
  set(
    tx: ControlTx,
    organizationId: string,
    wanted: WantedDelivery,
    deliveredSequence: bigint,
    now: Date,
  ): Promise<AuditDeliveryRow> {
    const fresh = { failures: 0, failingSince: null, problem: null, toldAt: null, takenUntil: null };
    const data = { ...wanted, ...fresh, deliveredSequence, dueAt: now, updatedAt: now };
    return tx.auditDelivery.upsert({
      where: { organizationId },
      create: { organizationId, ...data },
      update: { ...data, version: { increment: 1 } },
      select: columns,
    });
  }

  async remove(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.auditDelivery.delete({ where: { organizationId }, select: { organizationId: true } });
  }
}
