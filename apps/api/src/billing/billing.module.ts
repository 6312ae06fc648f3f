import { Module } from '@nestjs/common';
import { KnownDays } from '@weir/costs/known-days';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { PaperPrinter } from '../paper/paper-printer.ts';
import { BillingController } from './billing.controller.ts';
import { BillingAccountStore } from './billing-account.store.ts';
import { ChangeBillingAccount } from './change-billing-account.ts';
import { InvoiceStore } from './invoice.store.ts';
import { InvoicesController } from './invoices.controller.ts';
import { ListCosts } from './list-costs.ts';
import { ReadMonthToDate } from './month-to-date.ts';
import { PromotionStore } from './promotion.store.ts';
import { ReadInvoice } from './read-invoice.ts';
import { RedeemPromotion } from './redeem-promotion.ts';

@Module({
  imports: [AuditModule, HttpModule],
  controllers: [BillingController, InvoicesController],
  providers: [
    BillingAccountStore,
    ChangeBillingAccount,
    InvoiceStore,
    ListCosts,
    PaperPrinter,
    PromotionStore,
    { provide: KnownDays, useFactory: () => new KnownDays() },
    ReadInvoice,
    ReadMonthToDate,
    RedeemPromotion,
  ],
  exports: [KnownDays],
})
export class BillingModule {}
