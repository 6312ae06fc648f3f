import { Inject, Injectable } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { changeOrTry } from '../http/change-or-try.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { type CreditRow, InvoiceStore } from './invoice.store.ts';
import { type NewPromotionCredit, PromotionStore } from './promotion.store.ts';

const dayMs = 86_400_000;

/** Gives an organization the credit that a code stands for: once, as long as the code is taken and some of it is left. */
@Injectable()
export class RedeemPromotion {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(PromotionStore) private readonly store: PromotionStore,
    @Inject(InvoiceStore) private readonly invoices: InvoiceStore,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run(given: Call, code: string, dryRun: boolean): Promise<CreditRow> {
    const { organizationId } = given.caller;
    requireAccess(given.caller, 'billing:update', organizationScope, null);
    const id = newId('credit');
    return changeOrTry(this.db, given, dryRun, async (tx, call) => {
      const claim = await this.idempotency.claim(tx, call, id);
      if (!claim.fresh) return this.#find(tx, organizationId, claim.resourceId);
      const credit = await this.#take(tx, organizationId, code, id);
      await this.audit.record(tx, call, {
        action: 'credit.redeem',
        resource: { kind: 'Credit', id },
        after: {
          amount: decimalText(credit.micros),
          currency: credit.currency,
          expires_at: credit.expiresAt?.toISOString() ?? null,
          code,
        },
      });
      return this.#find(tx, organizationId, id);
    });
  }

  async #find(tx: ControlTx, organizationId: string, id: string): Promise<CreditRow> {
    const row = await this.invoices.findCredit(organizationId, id, tx);
    if (row === null) throw notFound();
    return row;
  }

  async #take(tx: ControlTx, organizationId: string, code: string, id: string): Promise<NewPromotionCredit> {
    const now = new Date(this.clock.now());
    // Whoever redeems the same code waits here, so that none of it is given twice.
    const promotion = await this.store.lock(tx, code);
    if (promotion !== null && (await this.store.isTaken(tx, organizationId, code)))
      throw conflict(
        'already_redeemed',
        'Your organization has redeemed this code. It stands among its credits.',
      );
    // One answer for all of them: who guesses learns nothing of codes that are there.
    if (promotion === null || promotion.expiresAt <= now || promotion.redemptions >= promotion.redemptionsMax)
      throw invalid(
        'This code is not valid, or not any more. Check it with who gave it to you.',
        '/spec/code',
      );
    const { creditDays, currency, description, micros } = promotion;
    const expiresAt = creditDays === null ? null : new Date(now.getTime() + creditDays * dayMs);
    const credit = { id, organizationId, description, micros, currency, expiresAt };
    await this.store.take(tx, code, credit);
    return credit;
  }
}
