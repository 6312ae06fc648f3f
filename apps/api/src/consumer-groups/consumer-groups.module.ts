import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { RecordsModule } from '../records/records.module.ts';
import { ConsumerGroupsController } from './consumer-groups.controller.ts';
import { ReadGroups } from './read-groups.ts';
import { ResetOffsets } from './reset-offsets.ts';

@Module({
  imports: [AuditModule, KafkaModule, RecordsModule],
  controllers: [ConsumerGroupsController],
  providers: [ReadGroups, ResetOffsets],
})
export class ConsumerGroupsModule {}
