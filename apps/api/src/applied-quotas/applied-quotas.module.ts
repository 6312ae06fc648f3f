import { Module } from '@nestjs/common';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { UsageModule } from '../usage/usage.module.ts';
import { AppliedQuotasController } from './applied-quotas.controller.ts';
import { ClusterUse } from './cluster-use.ts';
import { LimitedSubjectStore } from './limited-subject.store.ts';
import { ListAppliedQuotas } from './list-applied-quotas.ts';

/** What may be had, and what there is, of everything that has limits. */
@Module({
  imports: [KafkaModule, QuotasModule, UsageModule],
  controllers: [AppliedQuotasController],
  providers: [ListAppliedQuotas, LimitedSubjectStore, ClusterUse],
})
export class AppliedQuotasModule {}
