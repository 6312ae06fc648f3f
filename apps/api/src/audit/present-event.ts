import { type AuditRow, actorKindOf, outcomeOf } from '@weir/audit-log/audit-row';
import { hashedText } from '@weir/audit-log/chain';
import { AuditEvent, type ExportedAuditEvent } from '@weir/contracts/audit';
import type { Links } from '../platform/links.ts';

export const eventsPath = '/audit/v1/events';

/** What is named in an event, and may have a name. */
export const idsIn = (row: AuditRow): readonly string[] => [row.actorId, row.resourceId];

/** An event as callers see it; names by id. */
export const presentEvent = (row: AuditRow, names: ReadonlyMap<string, string>, links: Links): AuditEvent => {
  const resourceName = links.resourceName(['organization', row.organizationId], ['audit-event', row.id]);
  return AuditEvent.parse({
    api_version: 'audit/v1',
    kind: 'AuditEvent',
    metadata: links.metadata(eventsPath, resourceName, { createdAt: row.time, updatedAt: row.time }),
    id: row.id,
    sequence: Number(row.sequence),
    time: row.time.toISOString(),
    action: row.action,
    outcome: outcomeOf(row.outcome),
    actor: {
      id: row.actorId,
      kind: actorKindOf(row.actorKind),
      name: names.get(row.actorId) ?? null,
      via: row.via,
    },
    resource: { kind: row.resourceKind, id: row.resourceId, name: names.get(row.resourceId) ?? null },
    source_ip: row.sourceIp,
    request_id: row.requestId,
    before: row.before,
    after: row.after,
  });
};

/** An event as a line of an export: with what it takes to check it without asking anybody. */
export const exportedEvent = (
  row: AuditRow,
  names: ReadonlyMap<string, string>,
  links: Links,
): ExportedAuditEvent => {
  const { metadata: _, api_version: __, ...event } = presentEvent(row, names, links);
  return { ...event, previous_hash: row.previousHash, hash: row.hash, hashed_text: hashedText(row) };
};
