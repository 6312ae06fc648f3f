import { z } from 'zod';
import { head, list, PageQuery, Timestamp } from './envelope.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';

export const AuditEvent = z
  .object({
    ...head('audit/v1', 'AuditEvent'),
    id: z.string(),
    time: Timestamp,
    action: z.string().meta({ example: 'cluster.create' }),
    outcome: z.enum(['SUCCESS', 'DENIED']),
    actor: z.object({ id: z.string(), kind: z.enum(['User', 'ServiceAccount', 'System']), via: z.string() }),
    resource: z.object({ kind: z.string(), id: z.string() }),
    source_ip: z.string().nullable(),
    request_id: z.string().nullable(),
    before: z.json(),
    after: z.json(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof AuditEvent>;

export const listAuditEvents = defineOperation({
  tag: 'Audit',
  access: 'cloud',
  errors: 'cloud',
  id: 'listAuditEvents',
  method: 'GET',
  path: '/audit/v1/events',
  summary: 'Who did what in your organization, newest first.',
  query: PageQuery.extend({
    'resource.id': filterText.optional().describe('Only events on this object.'),
  }),
  status: 200,
  response: list('audit/v1', 'AuditEventList', AuditEvent),
});
