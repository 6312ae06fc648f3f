import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { UsageModule } from '../usage/usage.module.ts';
import { ExportMetrics } from './export-metrics.ts';
import { MetricsController } from './metrics.controller.ts';
import { MetricsStore } from './metrics.store.ts';

@Module({
  imports: [ClustersModule, UsageModule],
  controllers: [MetricsController],
  providers: [ExportMetrics, MetricsStore],
})
export class MetricsModule {}
