import { Controller, Inject } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import { periodOf } from '@weir/billing/period';
import { bookOf } from '@weir/billing/price-books';
import { getMonthToDate, getPriceBook, listCosts } from '@weir/contracts/billing';
import type { ResponseOf } from '@weir/contracts/operation';
import { readTerms } from '@weir/costs/terms.store';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { offsetOf, offsetToken } from '../http/offset-paging.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { Links } from '../platform/links.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ListCosts } from './list-costs.ts';
import { ReadMonthToDate } from './month-to-date.ts';
import { presentPriceBook } from './price-book.present.ts';

@Controller()
export class BillingController {
  constructor(
    @Inject(ListCosts) private readonly costs: ListCosts,
    @Inject(ReadMonthToDate) private readonly monthToDate: ReadMonthToDate,
    @Inject(Links) private readonly links: Links,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Handles(listCosts)
  async list(
    @TheCall(listCosts) call: Call,
    @Input(listCosts) { query }: InputOf<typeof listCosts>,
  ): Promise<ResponseOf<typeof listCosts>> {
    const { from, granularity, group_by: by, page_size: size, page_token: token, to, ...others } = query;
    const { order_by: order, ...filter } = others;
    const { rows, total } = await this.costs.run(call, { granularity, from, to, by, filter, order });
    const offset = offsetOf(token);
    const address = (at: number | null) => {
      const given = new URLSearchParams({ granularity, page_size: String(size) });
      for (const [name, value] of Object.entries({ from, to, ...others }))
        if (value !== undefined) given.set(name, value);
      for (const name of by) given.append('group_by', name);
      if (at !== null) given.set('page_token', offsetToken(at));
      return this.links.url(`${listCosts.path}?${given}`);
    };
    const end = offset + size;
    const next = end < rows.length ? { next: address(end) } : {};
    return {
      api_version: 'billing/v1',
      kind: 'CostList',
      metadata: { first: address(null), ...next, total_size: rows.length },
      currency: bookOf(periodOf(this.clock.now())).currency,
      total_amount: decimalText(total),
      data: rows.slice(offset, end),
    };
  }

  @Handles(getMonthToDate)
  month(@TheCall(getMonthToDate) call: Call): Promise<ResponseOf<typeof getMonthToDate>> {
    return this.monthToDate.run(call);
  }

  @Handles(getPriceBook)
  async prices(@TheCall(getPriceBook) { caller }: Call): Promise<ResponseOf<typeof getPriceBook>> {
    const { access, organizationId } = caller;
    const terms = await readTerms(this.db, organizationId, periodOf(this.clock.now()));
    const seesMoney = access.allows('billing:read', organizationScope);
    return presentPriceBook(terms.book, seesMoney ? terms.discountBasisPoints : null);
  }
}
