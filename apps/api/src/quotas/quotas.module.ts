import { Module } from '@nestjs/common';
import { AppliedQuotasController } from './applied-quotas.controller.ts';
import { QuotaStore } from './quota.store.ts';
import { RequireRoom } from './require-room.ts';

/** What an organization may have. */
@Module({
  controllers: [AppliedQuotasController],
  providers: [QuotaStore, RequireRoom],
  exports: [RequireRoom],
})
export class QuotasModule {}
