import { Module } from '@nestjs/common';
import { BillingController } from './billing.controller.ts';
import { ListCosts } from './list-costs.ts';
import { ReadMonthToDate } from './month-to-date.ts';

@Module({
  controllers: [BillingController],
  providers: [ListCosts, ReadMonthToDate],
})
export class BillingModule {}
