import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { ensureCustomer } from '@weir/payments/customer';
import { usualTurns } from '@weir/payments/customer-turn';
import { isAway } from '@weir/payments/provider';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, unavailable } from '../http/refused.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.ts';

/** Somebody waits for the page. */
const turns = { ...usualTurns, waitMsMax: 5_000 };

/** Opens a page of the payment provider. What is done there it tells by itself. */
@Injectable()
export class OpenPaymentPage {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, page: 'setup' | 'portal'): Promise<string> {
    const { organizationId } = call.caller;
    requireAccess(call.caller, 'billing:update', organizationScope, null);
    if (this.provider === null)
      throw conflict('payment_off', 'Payment is off in this installation: nothing is charged.');
    const url = await this.#open(this.provider, organizationId, page).catch(unanswered);
    await this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: `payment.${page}`,
        resource: { kind: 'PaymentAccount', id: organizationId },
      }),
    );
    return url;
  }

  async #open(
    { client }: PaymentProvider,
    organizationId: string,
    page: 'setup' | 'portal',
  ): Promise<string> {
    const customer = await ensureCustomer(
      { db: this.db, provider: client, now: () => this.clock.now(), turns },
      organizationId,
    );
    const back = `${this.settings.consoleUrl}/billing`;
    const { url } =
      page === 'setup'
        ? await client.checkout.sessions.create({
            mode: 'setup',
            customer,
            currency: 'usd',
            success_url: back,
            cancel_url: back,
          })
        : await client.billingPortal.sessions.create({ customer, return_url: back });
    if (url === null) throw new Error('the payment provider has opened a page without an address');
    return url;
  }
}

const unanswered = (cause: unknown): never => {
  if (!isAway(cause)) throw cause;
  throw unavailable('The payment provider did not answer. Nothing was changed; try again in a minute.');
};
