import { z } from 'zod';
import { ExportedAuditEvent } from './audit.ts';
import { DryRunQuery, ReferenceInput, Timestamp } from './envelope.ts';
import { ClusterId, ServiceAccountId } from './ids.ts';
import { defineOperation } from './operation.ts';
import { askableText } from './plain-text.ts';

/** Events in one batch of records, and bytes of their JSON. */
export const deliveredAtOnceMax = 250;
export const deliveredBytesMax = 512 * 1024;

const { actor, resource } = ExportedAuditEvent.shape;

/** Names are as they are at the moment, and what is in a topic stays: it has ids alone. */
const DeliveredAuditEvent = ExportedAuditEvent.extend({
  actor: actor.omit({ name: true }),
  resource: resource.omit({ name: true }),
});

/** The value of each record, CloudEvents 1.0 in JSON; its key is `id`. */
export const AuditCloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().describe('The event’s id: what comes twice has the same.'),
  source: z.string().describe('The name of your organization.'),
  type: z.string().meta({ example: 'weir.audit/cluster.create' }),
  subject: z.string().describe('What it was done to: its kind and its id, with a slash between.'),
  time: Timestamp,
  datacontenttype: z.literal('application/json'),
  data: DeliveredAuditEvent.nullable().describe('Null in the record by which a topic is tried.'),
});
export type AuditCloudEvent = z.infer<typeof AuditCloudEvent>;

const topicName = z.string().min(1).max(249).overwrite(askableText);

export const AuditDelivery = z
  .object({
    api_version: z.literal('audit/v1'),
    kind: z.literal('AuditDelivery'),
    spec: z
      .object({
        cluster: z.object({ id: ClusterId }),
        topic_name: z.string(),
        service_account: z.object({ id: ServiceAccountId }),
      })
      .nullable()
      .describe('Null: events go nowhere.'),
    status: z
      .object({
        phase: z
          .enum(['UP_TO_DATE', 'DELIVERING', 'FAILING'])
          .describe(
            'FAILING: the last attempt came to nothing. It is repeated until it does not; nothing is left out.',
          ),
        problem: z.string().nullable().describe('Why the last attempt came to nothing.'),
        failing_since: Timestamp.nullable(),
        next_attempt_at: Timestamp.nullable().describe('While it fails.'),
        delivered_sequence: z.int().nonnegative().describe('Events up to this number are in the topic.'),
        waiting: z.int().nonnegative().describe('Events behind it, which are not yet.'),
        delivered_at: Timestamp.nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'AuditDelivery' });
export type AuditDelivery = z.infer<typeof AuditDelivery>;

export const AuditDeliveryInput = z
  .object({
    spec: z.object({
      cluster: ReferenceInput,
      topic_name: topicName,
      service_account: ReferenceInput.describe('In whose name is written. It needs WRITE on the topic.'),
      start: z
        .enum(['BEGINNING', 'NOW'])
        .optional()
        .describe(
          'From which event on. Left out: from where it stands; from now where nothing was delivered yet.',
        ),
    }),
  })
  .meta({ id: 'AuditDeliveryInput' });
export type AuditDeliveryInput = z.output<typeof AuditDeliveryInput>;

const common = { tag: 'Audit', access: 'cloud', errors: 'cloud', path: '/audit/v1/delivery' } as const;

export const getAuditDelivery = defineOperation({
  ...common,
  id: 'getAuditDelivery',
  method: 'GET',
  summary: 'To which topic the audit log is delivered, and how far it is.',
  status: 200,
  response: AuditDelivery,
});

export const setAuditDelivery = defineOperation({
  ...common,
  id: 'setAuditDelivery',
  method: 'PUT',
  summary:
    'Have each event written to a topic of one of your clusters, as CloudEvents in JSON with the event’s id as key, all in its partition 0 and so in order. Each comes at least once. A first record is written before anything changes; these writes are billed as any write of the service account.',
  query: DryRunQuery,
  body: AuditDeliveryInput,
  status: 200,
  response: AuditDelivery,
});

export const deleteAuditDelivery = defineOperation({
  ...common,
  id: 'deleteAuditDelivery',
  method: 'DELETE',
  summary: 'Deliver no more events. What is in the topic stays there.',
  query: DryRunQuery,
  status: 204,
  response: null,
});
