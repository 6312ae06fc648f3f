import { Module } from '@nestjs/common';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { KafkaClient } from './kafka-client.ts';
import { PartitionSizes } from './partition-sizes.ts';
import { ProduceRecord } from './produce-record.ts';
import { ReadRecords } from './read-records.ts';
import { RecordDecoder } from './record-decoder.ts';
import { RecordsController } from './records.controller.ts';

@Module({
  imports: [KafkaModule],
  controllers: [RecordsController],
  providers: [KafkaClient, RecordDecoder, PartitionSizes, ReadRecords, ProduceRecord],
  exports: [KafkaClient],
})
export class RecordsModule {}
