import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { KafkaClusters } from './kafka-clusters.ts';
import { Once } from './once.ts';

/** What the rooms of /kafka/v3 share. */
@Module({
  imports: [ClustersModule, HttpModule],
  providers: [KafkaClusters, Once],
  exports: [KafkaClusters, Once],
})
export class KafkaModule {}
