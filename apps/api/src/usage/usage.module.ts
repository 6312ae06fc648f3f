import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { UsageController } from './usage.controller.ts';
import { UsageStore } from './usage.store.ts';

@Module({
  imports: [ClustersModule],
  controllers: [UsageController],
  providers: [UsageStore],
  exports: [UsageStore],
})
export class UsageModule {}
