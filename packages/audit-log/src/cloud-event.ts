import { AuditCloudEvent } from '@weir/contracts/audit-delivery';
import { type AuditRow, actorKindOf, outcomeOf } from './audit-row.ts';
import { hashedText } from './chain.ts';

/** What a record of the log says of itself: CloudEvents' structured mode. */
export const cloudEventType = 'application/cloudevents+json';

const typeOf = (action: string) => `weir.audit/${action}`;
const sourceOf = (organizationId: string) => `crn://weir/organization=${organizationId}`;
const subjectOf = (kind: string, id: string) => `${kind}/${encodeURIComponent(id)}`;
const json = { specversion: '1.0', datacontenttype: 'application/json' } as const;

/** An event as it goes to a topic: as in an export, without names. */
export const cloudEventOf = (row: AuditRow): AuditCloudEvent =>
  AuditCloudEvent.parse({
    ...json,
    id: row.id,
    source: sourceOf(row.organizationId),
    type: typeOf(row.action),
    subject: subjectOf(row.resourceKind, row.resourceId),
    time: row.time.toISOString(),
    data: {
      kind: 'AuditEvent',
      id: row.id,
      sequence: Number(row.sequence),
      time: row.time.toISOString(),
      action: row.action,
      outcome: outcomeOf(row.outcome),
      actor: { id: row.actorId, kind: actorKindOf(row.actorKind), via: row.via },
      resource: { kind: row.resourceKind, id: row.resourceId },
      source_ip: row.sourceIp,
      request_id: row.requestId,
      before: row.before,
      after: row.after,
      previous_hash: row.previousHash,
      hash: row.hash,
      hashed_text: hashedText(row),
    },
  });

/** By which a topic is tried: no event of the log. */
export const trialEvent = (id: string, organizationId: string, time: Date): AuditCloudEvent => ({
  ...json,
  id,
  source: sourceOf(organizationId),
  type: typeOf('delivery-test'),
  subject: subjectOf('AuditDelivery', organizationId),
  time: time.toISOString(),
  data: null,
});

/** As a record, which is as old as its writing: a topic keeps what is old when it comes no shorter than the rest. */
export const recordOfEvent = (event: AuditCloudEvent, nowMs: number) => ({
  timestamp: nowMs,
  key: Buffer.from(event.id),
  value: Buffer.from(JSON.stringify(event)),
  headers: [{ key: 'content-type', value: Buffer.from(cloudEventType) }],
});
