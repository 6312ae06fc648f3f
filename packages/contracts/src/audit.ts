import { z } from 'zod';
import { head, list, Moment, PageQuery, Timestamp } from './envelope.ts';
import { defineOperation } from './operation.ts';
import { filterText } from './plain-text.ts';

export const AuditEvent = z
  .object({
    ...head('audit/v1', 'AuditEvent'),
    id: z.string(),
    sequence: z.int().positive().describe('Its number in the log of your organization, without gaps.'),
    time: Timestamp,
    action: z.string().meta({ example: 'cluster.create' }),
    outcome: z.enum(['SUCCESS', 'DENIED']),
    actor: z.object({
      id: z.string(),
      kind: z.enum(['User', 'ServiceAccount', 'System', 'Operator']),
      name: z.string().nullable().describe('As it is now; null: not a member any more, or deleted long ago.'),
      via: z.string(),
    }),
    resource: z.object({
      kind: z.string(),
      id: z.string(),
      name: z.string().nullable().describe('The last one that the log or your organization knows.'),
    }),
    source_ip: z.string().nullable(),
    request_id: z.string().nullable(),
    before: z.json(),
    after: z.json(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEvent = z.infer<typeof AuditEvent>;

/** `cluster.create`, or `cluster.*` for all that is done to clusters. */
const ActionFilter = filterText.describe(
  'One action, such as cluster.create, or a family of them: cluster.*',
);

/** What of the log is meant, for lists and exports alike. Times: `start_time` belongs to it, `end_time` does not. */
const AuditFilter = z.object({
  action: ActionFilter.optional(),
  'actor.id': filterText.optional().describe('Only what this person or service account did.'),
  'resource.id': filterText.optional().describe('Only events on this object.'),
  'resource.kind': filterText.optional().describe('Only events on objects of this kind, such as Cluster.'),
  outcome: z.enum(['SUCCESS', 'DENIED']).optional(),
  start_time: Moment.optional(),
  end_time: Moment.optional(),
  search: filterText
    .optional()
    .describe(
      'Text that the event has somewhere: in its action, its object, who did it, the address, before or after. ' +
        'Looked for in the newest 100,000 events that the other filters leave.',
    ),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const listAuditEvents = defineOperation({
  tag: 'Audit',
  access: 'cloud',
  errors: 'cloud',
  id: 'listAuditEvents',
  method: 'GET',
  path: '/audit/v1/events',
  summary: 'Who did what in your organization, newest first.',
  query: PageQuery.extend(AuditFilter.shape),
  status: 200,
  response: list('audit/v1', 'AuditEventList', AuditEvent),
});

export const ExportedAuditEvent = AuditEvent.omit({ metadata: true, api_version: true })
  .extend({
    previous_hash: z.string().describe('The hash of the event before it; 64 zeros for the first.'),
    hash: z.string().describe('SHA-256 of hashed_text in UTF-8, in hexadecimal.'),
    hashed_text: z
      .string()
      .describe('The event as it was when it was written, with previousHash: what nobody may have changed.'),
  })
  .meta({ id: 'ExportedAuditEvent' });
export type ExportedAuditEvent = z.infer<typeof ExportedAuditEvent>;

export const exportAuditEvents = defineOperation({
  tag: 'Audit',
  access: 'cloud',
  errors: 'cloud',
  id: 'exportAuditEvents',
  method: 'GET',
  path: '/audit/v1/export',
  summary: 'The same as JSON lines, oldest first, all in one answer, with what is needed to check the chain.',
  query: AuditFilter,
  status: 200,
  contentType: 'application/x-ndjson',
  response: ExportedAuditEvent,
});

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'A hash has 64 hexadecimal digits.');

export const AuditChain = z
  .object({
    api_version: z.literal('audit/v1'),
    kind: z.literal('AuditChain'),
    is_intact: z
      .boolean()
      .describe('Whether all that was checked is as it was written, and none is missing.'),
    checked: z
      .object({ from: z.int(), to: z.int() })
      .nullable()
      .describe('The numbers of the events that this call checked; null: there were none.'),
    problem: z
      .object({ sequence: z.int(), detail: z.string() })
      .nullable()
      .describe('The first event that is not as it should be.'),
    last: z
      .object({ sequence: z.int(), hash })
      .nullable()
      .describe(
        'The last event that was found good. Keep it somewhere else, and ask for what comes after it later: ' +
          'that shows that nothing before it was rewritten as a whole.',
      ),
    next: z.url().optional().describe('Checks what comes after; absent at the end of the log.'),
  })
  .meta({ id: 'AuditChain' });
export type AuditChain = z.infer<typeof AuditChain>;

export const checkAuditChain = defineOperation({
  tag: 'Audit',
  access: 'cloud',
  errors: 'cloud',
  id: 'checkAuditChain',
  method: 'GET',
  path: '/audit/v1/chain',
  summary: 'Checks that no event of the log was changed or taken out, some thousand events a call.',
  query: z.object({
    after: z.coerce
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(0)
      .describe('The number of an event; 0: from the beginning.'),
    hash: hash.optional().describe('What that event’s hash was when you looked last.'),
  }),
  status: 200,
  response: AuditChain,
});
