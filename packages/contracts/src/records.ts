import { z } from 'zod';
import { Moment } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { KafkaListMetadata } from './kafka-envelope.ts';
import { defineOperation } from './operation.ts';

/** Bytes shown as well as they can be: JSON that parses, else valid UTF-8, else base64. */
export const ShownBytes = z
  .object({
    encoding: z.enum(['json', 'utf8', 'base64']),
    data: z.string().describe('The text, in that encoding. JSON is the text as it was sent, not re-written.'),
    size_bytes: z.int().nonnegative(),
    truncated: z.boolean().describe('Only the beginning is here; base64 then stands for whole bytes.'),
  })
  .meta({ id: 'ShownBytes' });
export type ShownBytes = z.infer<typeof ShownBytes>;

export const KafkaRecord = z
  .object({
    kind: z.literal('KafkaRecord'),
    partition_id: z.int(),
    offset: z.int(),
    timestamp: z.iso
      .datetime({ precision: 3 })
      .nullable()
      .describe('null: its producer wrote a number that no date can be.'),
    key: ShownBytes.nullable(),
    value: ShownBytes.nullable(),
    headers: z.array(z.object({ name: z.string(), value: ShownBytes.nullable() })),
    headers_total: z.int().nonnegative().describe('How many headers it has; the first of them are shown.'),
  })
  .meta({ id: 'KafkaRecord' });
export type KafkaRecord = z.infer<typeof KafkaRecord>;

export const UnreadableReason = z
  .enum(['UNDECODABLE', 'TOO_COSTLY'])
  .describe(
    'UNDECODABLE: the batch is damaged, or grows past 32 MiB when it is decompressed. ' +
      'TOO_COSTLY: it took too much time or memory to decode.',
  );
export type UnreadableReason = z.infer<typeof UnreadableReason>;

/** Offsets whose records cannot be shown, while what is around them can. */
export const UnreadableBatch = z
  .object({
    partition_id: z.int(),
    first_offset: z.int(),
    last_offset: z.int().describe('Inclusive.'),
    reason: UnreadableReason,
  })
  .meta({ id: 'UnreadableBatch' });
export type UnreadableBatch = z.infer<typeof UnreadableBatch>;

export const ReadRecordsQuery = z.object({
  partition_id: z.coerce.number().int().nonnegative().optional().describe('Without it, all partitions.'),
  from: z
    .enum(['newest', 'earliest', 'offset', 'timestamp'])
    .default('newest')
    .describe('newest: the last records, newest first; the others go forward from there.'),
  offset: z.coerce.number().int().nonnegative().optional().describe('With from=offset.'),
  timestamp: Moment.optional().describe('With from=timestamp: the first record at or after it.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ReadRecordsQuery = z.output<typeof ReadRecordsQuery>;

export const RecordList = z
  .object({
    kind: z.literal('KafkaRecordList'),
    metadata: KafkaListMetadata,
    data: z.array(KafkaRecord),
    unreadable: z.array(UnreadableBatch).describe('Batches among these offsets that cannot be shown.'),
    complete: z
      .boolean()
      .describe('false: reading took too long or too much, so records that belong here may be missing.'),
    partitions: z.array(
      z.object({
        partition_id: z.int(),
        log_start_offset: z.int(),
        high_watermark: z.int().describe('The offset that the next record gets.'),
      }),
    ),
  })
  .meta({ id: 'KafkaRecordList' });
export type RecordList = z.infer<typeof RecordList>;

const payload = z.discriminatedUnion('type', [
  z.object({ type: z.literal('BINARY'), data: z.base64().nullable() }),
  z.object({ type: z.literal('STRING'), data: z.string().nullable() }),
  // It came as JSON, so it is some; to check that value by value would only take time.
  z.object({
    type: z.literal('JSON'),
    data: z.unknown().refine((data) => data !== undefined, 'Give it as JSON; null is a value too.'),
  }),
]);

export const ProduceRecordInput = z
  .object({
    partition_id: z.int().nonnegative().optional(),
    headers: z
      .array(z.object({ name: z.string().min(1), value: z.base64().nullable().optional() }))
      .max(1000)
      .default([]),
    key: payload.optional(),
    value: payload.optional(),
    timestamp: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'ProduceRecordInput' });
export type ProduceRecordInput = z.output<typeof ProduceRecordInput>;

const produced = z.object({ type: z.enum(['BINARY', 'STRING', 'JSON']), size: z.int() });

export const ProduceRecordReply = z
  .object({
    error_code: z.literal(200),
    cluster_id: ClusterId,
    topic_name: z.string(),
    partition_id: z.int(),
    offset: z.int(),
    timestamp: z.iso.datetime({ precision: 3 }),
    key: produced.optional(),
    value: produced.optional(),
  })
  .meta({ id: 'ProduceRecordReply' });
export type ProduceRecordReply = z.infer<typeof ProduceRecordReply>;

const common = { tag: 'Kafka', access: 'cluster', errors: 'kafka' } as const;
const params = z.object({ cluster_id: ClusterId, topic_name: z.string() });
const path = '/kafka/v3/clusters/{cluster_id}/topics/{topic_name}/records';

export const readRecords = defineOperation({
  ...common,
  id: 'readRecords',
  method: 'GET',
  path,
  summary: 'Read records of a topic without a consumer group.',
  params,
  query: ReadRecordsQuery,
  status: 200,
  response: RecordList,
});

export const produceRecord = defineOperation({
  ...common,
  id: 'produceRecord',
  method: 'POST',
  path,
  summary: 'Produce one record.',
  params,
  body: ProduceRecordInput,
  status: 200,
  response: ProduceRecordReply,
});
