import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { produceRecord, RecordList, readRecords } from '@weir/contracts/records';
import { listPartitionSizes } from '@weir/contracts/topics';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { Links } from '../platform/links.ts';
import { PartitionSizes } from './partition-sizes.ts';
import { ProduceRecord } from './produce-record.ts';
import { ReadRecords } from './read-records.ts';
import type { ReadRecord, RecordsRead } from './records-page.ts';

@Controller()
export class RecordsController {
  constructor(
    @Inject(ReadRecords) private readonly readRecords: ReadRecords,
    @Inject(ProduceRecord) private readonly produceRecord: ProduceRecord,
    @Inject(PartitionSizes) private readonly partitionSizes: PartitionSizes,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(readRecords)
  async read(
    @TheCall(readRecords) call: Call,
    @Input(readRecords) input: InputOf<typeof readRecords>,
  ): Promise<ResponseOf<typeof readRecords>> {
    const { cluster_id, topic_name } = input.params;
    const { query } = input;
    const read = await this.readRecords.run(call, cluster_id, topic_name, query);
    const path = this.links.url(
      `/kafka/v3/clusters/${cluster_id}/topics/${encodeURIComponent(topic_name)}/records`,
    );
    const nextOffset = nextOffsetOf(query, read);
    const next = new URLSearchParams({
      partition_id: String(query.partition_id),
      from: 'offset',
      offset: String(nextOffset),
      limit: String(query.limit),
    });
    return RecordList.parse({
      kind: 'KafkaRecordList',
      metadata: { self: path, next: nextOffset === null ? null : `${path}?${next}` },
      data: read.records.map(present),
      unreadable: read.unreadable.map((one) => ({
        partition_id: one.partition,
        first_offset: one.firstOffset,
        last_offset: one.lastOffset,
        reason: one.reason,
      })),
      complete: read.isComplete,
      partitions: read.bounds.map((one) => ({
        partition_id: one.partition,
        log_start_offset: one.start,
        high_watermark: one.end,
      })),
    });
  }

  @Handles(produceRecord)
  produce(
    @TheCall(produceRecord) call: Call,
    @Input(produceRecord) input: InputOf<typeof produceRecord>,
  ): Promise<ResponseOf<typeof produceRecord>> {
    return this.produceRecord.run(call, input.params.cluster_id, input.params.topic_name, input.body);
  }

  @Handles(listPartitionSizes)
  async sizes(
    @TheCall(listPartitionSizes) call: Call,
    @Input(listPartitionSizes) input: InputOf<typeof listPartitionSizes>,
  ): Promise<ResponseOf<typeof listPartitionSizes>> {
    const { cluster_id, topic_name } = input.params;
    const sizes = await this.partitionSizes.run(call, cluster_id, topic_name);
    const path = `/kafka/v3/clusters/${cluster_id}/topics/${encodeURIComponent(topic_name)}/partition-sizes`;
    return {
      kind: 'KafkaPartitionSizeList',
      metadata: { self: this.links.url(path), next: null },
      data: sizes.map((size_bytes, partition_id) => ({
        kind: 'KafkaPartitionSize',
        partition_id,
        size_bytes,
      })),
    };
  }
}

/** Only within one partition, and forward, does an offset say where to go on; null: nowhere. */
const nextOffsetOf = (query: InputOf<typeof readRecords>['query'], read: RecordsRead): number | null => {
  if (query.partition_id === undefined || query.from === 'newest') return null;
  const last = Math.max(
    read.records.at(-1)?.offset ?? -1,
    // Behind a full page, what is unreadable comes with the next one.
    ...(read.records.length === query.limit ? [] : read.unreadable.map((one) => one.lastOffset)),
  );
  return last >= 0 && (read.records.length === query.limit || !read.isComplete) ? last + 1 : null;
};

const present = (record: ReadRecord) => ({
  kind: 'KafkaRecord',
  partition_id: record.partition,
  offset: record.offset,
  timestamp: record.timestamp,
  key: record.key,
  value: record.value,
  headers: record.headers,
  headers_total: record.headersTotal,
});
