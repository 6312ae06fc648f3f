import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { SETTINGS } from '../platform/tokens.ts';
import { OpenPaymentPage } from './open-payment-page.ts';
import { PAYMENT_PROVIDER, paymentProviderOf } from './payment-provider.ts';
import { PaymentsController } from './payments.controller.ts';
import { WebhookController } from './webhook.controller.ts';

/** How organizations pay. */
@Module({
  imports: [AuditModule, HttpModule],
  controllers: [PaymentsController, WebhookController],
  providers: [
    OpenPaymentPage,
    { provide: PAYMENT_PROVIDER, useFactory: paymentProviderOf, inject: [SETTINGS] },
  ],
})
export class PaymentsModule {}
