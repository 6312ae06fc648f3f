import { Inject, Injectable } from '@nestjs/common';
import { type Period, periodName, periodOf } from '@weir/billing/period';
import { priceBooks } from '@weir/billing/price-books';
import type { BillTo } from '@weir/contracts/invoices';
import { type DraftInvoice, draftInvoice } from '@weir/costs/draft-invoice';
import { hasInvoice } from '@weir/costs/invoice.store';
import { KnownDays } from '@weir/costs/known-days';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { BillingAccountStore } from './billing-account.store.ts';
import { InvoiceStore, type WholeInvoiceRow } from './invoice.store.ts';

/** An invoice that was written, or one as it would be written now. */
export type FoundInvoice =
  | { readonly status: 'FINAL'; readonly row: WholeInvoiceRow }
  | {
      readonly status: 'DRAFT';
      readonly id: string;
      readonly draft: DraftInvoice;
      readonly billTo: BillTo | null;
      readonly issuedBy: readonly string[];
      readonly asOf: Date;
    };

const draftForm = /^draft(?:-(\d{4})-(0[1-9]|1[0-2]))?$/;

@Injectable()
export class ReadInvoice {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(InvoiceStore) private readonly store: InvoiceStore,
    @Inject(BillingAccountStore) private readonly accounts: BillingAccountStore,
    @Inject(KnownDays) private readonly known: KnownDays,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async run({ caller }: Call, id: string): Promise<FoundInvoice> {
    requireSight(caller, 'billing:read', organizationScope);
    const { organizationId } = caller;
    const nowMs = this.clock.now();
    const period = draftedPeriod(id, nowMs);
    if (period === null) {
      const row = await this.store.find(organizationId, id);
      if (row === null) throw notFound();
      return { status: 'FINAL', row };
    }
    if (await hasInvoice(this.db, organizationId, period)) throw notFound();
    const [draft, billTo] = await Promise.all([
      draftInvoice(this.db, this.known, organizationId, period, nowMs),
      this.accounts.find(organizationId),
    ]);
    const { issuedBy } = this.settings;
    const asOf = new Date(nowMs);
    return { status: 'DRAFT', id: `draft-${periodName(period)}`, draft, billTo, issuedBy, asOf };
  }
}

/** The month whose draft is asked for; null: it is none that could be drafted. */
const draftedPeriod = (id: string, nowMs: number): Period | null => {
  const match = draftForm.exec(id);
  if (!match) return null;
  const [, year, month] = match;
  const running = periodOf(nowMs);
  if (year === undefined) return running;
  const period = periodOf(Date.UTC(Number(year), Number(month) - 1));
  return period.fromMs >= priceBooks[0].fromMs && period.fromMs <= running.fromMs ? period : null;
};
