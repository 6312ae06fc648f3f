import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { BillingModule } from '../billing/billing.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { ChangeSpendLimits } from './change-spend-limits.ts';
import { SpendLimitStore } from './spend-limit.store.ts';
import { SpendLimitsController } from './spend-limits.controller.ts';
import { SpentNow } from './spent-now.ts';

/** What may be spent at most, and what happens then. */
@Module({
  imports: [AuditModule, BillingModule, HttpModule, ProvisioningModule],
  controllers: [SpendLimitsController],
  providers: [SpendLimitStore, SpentNow, ChangeSpendLimits],
})
export class SpendLimitsModule {}
