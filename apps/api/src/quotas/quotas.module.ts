import { Module } from '@nestjs/common';
import { QuotaStore } from './quota.store.ts';
import { RequireRoom } from './require-room.ts';

/** What an organization may have. */
@Module({
  providers: [QuotaStore, RequireRoom],
  exports: [QuotaStore, RequireRoom],
})
export class QuotasModule {}
