import { AuditDelivery } from '@weir/contracts/audit-delivery';
import type { AuditDeliveryRow } from './audit-delivery.store.ts';

const head = { api_version: 'audit/v1', kind: 'AuditDelivery' } as const;

/** `row` null: events go nowhere. `lastSequence`: of the last event that there is. */
export const presentDelivery = (row: AuditDeliveryRow | null, lastSequence: bigint): AuditDelivery => {
  if (row === null) return { ...head, spec: null, status: null };
  const waiting = Number(lastSequence - row.deliveredSequence);
  const isFailing = row.failingSince !== null;
  return AuditDelivery.parse({
    ...head,
    spec: {
      cluster: { id: row.clusterId },
      topic_name: row.topicName,
      service_account: { id: row.serviceAccountId },
    },
    status: {
      phase: isFailing ? 'FAILING' : waiting > 0 ? 'DELIVERING' : 'UP_TO_DATE',
      problem: row.problem,
      failing_since: row.failingSince?.toISOString() ?? null,
      next_attempt_at: isFailing ? row.dueAt.toISOString() : null,
      delivered_sequence: Number(row.deliveredSequence),
      // An event may have been written, and delivered, since the last one was looked up.
      waiting: Math.max(0, waiting),
      delivered_at: row.deliveredAt?.toISOString() ?? null,
    },
  });
};
