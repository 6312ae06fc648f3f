import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { RecordsModule } from '../records/records.module.ts';
import { BrokersController } from './brokers.controller.ts';
import { ListBrokers } from './list-brokers.ts';
import { StoredBytes } from './stored-bytes.ts';

@Module({
  imports: [ClustersModule, KafkaModule, RecordsModule],
  controllers: [BrokersController],
  providers: [ListBrokers, StoredBytes],
})
export class BrokersModule {}
