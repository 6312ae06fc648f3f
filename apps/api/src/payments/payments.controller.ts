import { Controller, Inject } from '@nestjs/common';
import { decimalText, microsPerCent } from '@weir/billing/money';
import type { ResponseOf } from '@weir/contracts/operation';
import { getPayment, openPaymentPortal, openPaymentSetup, Payment } from '@weir/contracts/payments';
import type { ControlDb } from '@weir/db/control';
import { findAccount, paymentsOf } from '@weir/payments/payment.store';
import { isOverdue, nextStandingAtMs } from '@weir/payments/standing';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, TheCall } from '../http/operations.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { OpenPaymentPage } from './open-payment-page.ts';
import { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.ts';

@Controller()
export class PaymentsController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(OpenPaymentPage) private readonly pages: OpenPaymentPage,
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Handles(getPayment)
  async get(@TheCall(getPayment) { caller }: Call): Promise<ResponseOf<typeof getPayment>> {
    requireAccess(caller, 'billing:read', organizationScope, null);
    const [account, payments] = await Promise.all([
      findAccount(this.db, caller.organizationId),
      paymentsOf(this.db, caller.organizationId),
    ]);
    const owedCents = payments
      .filter(isOverdue)
      .reduce((sum, { cents, taxCents }) => sum + cents + (taxCents ?? 0n), 0n);
    const { methodBrand: brand = null, methodLast4: last4 = null, pastDueSince = null } = account ?? {};
    const nextMs = nextStandingAtMs(pastDueSince?.getTime() ?? null, this.clock.now());
    return Payment.parse({
      api_version: 'billing/v1',
      kind: 'Payment',
      status: this.provider === null ? 'OFF' : 'ON',
      standing: account?.standing ?? 'CURRENT',
      past_due_since: pastDueSince?.toISOString() ?? null,
      currency: 'USD',
      owed_amount: decimalText(owedCents * microsPerCent),
      next_standing_at: nextMs === null ? null : new Date(nextMs).toISOString(),
      tax: account?.needsAddress ? 'ADDRESS_NEEDED' : this.provider?.hasTax ? 'ADDED' : 'OFF',
      method: brand === null || last4 === null ? null : { brand, last4 },
    });
  }

  @Handles(openPaymentSetup)
  async setup(@TheCall(openPaymentSetup) call: Call): Promise<ResponseOf<typeof openPaymentSetup>> {
    return { url: await this.pages.run(call, 'setup') };
  }

  @Handles(openPaymentPortal)
  async portal(@TheCall(openPaymentPortal) call: Call): Promise<ResponseOf<typeof openPaymentPortal>> {
    return { url: await this.pages.run(call, 'portal') };
  }
}
