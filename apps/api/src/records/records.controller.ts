import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { produceRecord, RecordList, readRecords } from '@weir/contracts/records';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { Links } from '../platform/links.ts';
import { ProduceRecord } from './produce-record.ts';
import { type ReadRecord, ReadRecords } from './read-records.ts';
import { showBytes } from './shown-bytes.ts';

@Controller()
export class RecordsController {
  constructor(
    @Inject(ReadRecords) private readonly readRecords: ReadRecords,
    @Inject(ProduceRecord) private readonly produceRecord: ProduceRecord,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(readRecords)
  async read(
    @TheCall(readRecords) call: Call,
    @Input(readRecords) input: InputOf<typeof readRecords>,
  ): Promise<ResponseOf<typeof readRecords>> {
    const { cluster_id, topic_name } = input.params;
    const { query } = input;
    const { records, bounds } = await this.readRecords.run(call, cluster_id, topic_name, query);
    const path = this.links.url(
      `/kafka/v3/clusters/${cluster_id}/topics/${encodeURIComponent(topic_name)}/records`,
    );
    const last = records.at(-1);
    // Only within one partition does an offset say where to go on.
    const goesOn =
      query.partition_id !== undefined && query.from !== 'newest' && records.length === query.limit;
    const next = new URLSearchParams({
      partition_id: String(query.partition_id),
      from: 'offset',
      offset: String((last?.offset ?? 0) + 1),
      limit: String(query.limit),
    });
    return RecordList.parse({
      kind: 'KafkaRecordList',
      metadata: { self: path, next: goesOn && last ? `${path}?${next}` : null },
      data: records.map(present),
      partitions: bounds.map((one) => ({
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
}

const present = (record: ReadRecord) => ({
  kind: 'KafkaRecord',
  partition_id: record.partition,
  offset: record.offset,
  timestamp: new Date(record.timestamp).toISOString(),
  key: showBytes(record.key),
  value: showBytes(record.value),
  headers: record.headers.map(([name, value]) => ({ name, value: showBytes(value) })),
});
