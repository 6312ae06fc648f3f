import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { AddPartitions } from './add-partitions.ts';
import { AlterTopicConfigs } from './alter-topic-configs.ts';
import { CreateTopic } from './create-topic.ts';
import { DeleteTopic } from './delete-topic.ts';
import { TopicsController } from './topics.controller.ts';

@Module({
  imports: [AuditModule, KafkaModule],
  controllers: [TopicsController],
  providers: [DryRunCosts, AddPartitions, AlterTopicConfigs, CreateTopic, DeleteTopic],
})
export class TopicsModule {}
