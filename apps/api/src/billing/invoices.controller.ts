import { Controller, Inject, StreamableFile } from '@nestjs/common';
import { decimalText } from '@weir/billing/money';
import {
  Credit,
  exportInvoice,
  getBillingAccount,
  getInvoice,
  listCredits,
  listInvoices,
  printCreditNote,
  printInvoice,
  setBillingAccount,
} from '@weir/contracts/invoices';
import type { ResponseOf } from '@weir/contracts/operation';
import { redeemPromotion } from '@weir/contracts/promotions';
import { organizationScope, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { creditNotePaper, invoicePaper } from '../paper/invoice-paper.ts';
import type { Paper } from '../paper/paper.ts';
import { PaperPrinter } from '../paper/paper-printer.ts';
import { Links } from '../platform/links.ts';
import { BillingAccountStore } from './billing-account.store.ts';
import { ChangeBillingAccount } from './change-billing-account.ts';
import { invoicesPath, presentInvoice, presentSummary } from './invoice.present.ts';
import { type CreditRow, InvoiceStore } from './invoice.store.ts';
import { invoiceCsv } from './invoice-csv.ts';
import { ReadInvoice } from './read-invoice.ts';
import { RedeemPromotion } from './redeem-promotion.ts';
import { requireCostReader } from './require-cost-reader.ts';

@Controller()
export class InvoicesController {
  constructor(
    @Inject(InvoiceStore) private readonly store: InvoiceStore,
    @Inject(ReadInvoice) private readonly readInvoice: ReadInvoice,
    @Inject(BillingAccountStore) private readonly accounts: BillingAccountStore,
    @Inject(ChangeBillingAccount) private readonly changeAccount: ChangeBillingAccount,
    @Inject(RedeemPromotion) private readonly promotions: RedeemPromotion,
    @Inject(PaperPrinter) private readonly printer: PaperPrinter,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listInvoices)
  async list(
    @TheCall(listInvoices) { caller }: Call,
    @Input(listInvoices) { query }: InputOf<typeof listInvoices>,
  ): Promise<ResponseOf<typeof listInvoices>> {
    requireCostReader(caller);
    const request = pageRequest(query);
    const { organizationId } = caller;
    const page = await this.store.list(organizationId, request);
    const { metadata, rows } = presentPage(page, request, this.links, invoicesPath);
    const data = rows.map((row) => presentSummary(row, organizationId, this.links));
    return { api_version: 'billing/v1', kind: 'InvoiceList', metadata, data };
  }

  @Handles(getInvoice)
  async get(
    @TheCall(getInvoice) call: Call,
    @Input(getInvoice) { params }: InputOf<typeof getInvoice>,
  ): Promise<ResponseOf<typeof getInvoice>> {
    const found = await this.readInvoice.run(call, params.id);
    return presentInvoice(found, call.caller.organizationId, this.links);
  }

  @Handles(exportInvoice)
  async export(
    @TheCall(exportInvoice) call: Call,
    @Input(exportInvoice) { params }: InputOf<typeof exportInvoice>,
  ): Promise<StreamableFile> {
    const found = await this.readInvoice.run(call, params.id);
    const invoice = presentInvoice(found, call.caller.organizationId, this.links);
    return new StreamableFile(Buffer.from(invoiceCsv(invoice)), {
      type: `${exportInvoice.contentType}; charset=utf-8`,
      disposition: `attachment; filename="${invoice.id}.csv"`,
    });
  }

  @Handles(printInvoice)
  async print(
    @TheCall(printInvoice) call: Call,
    @Input(printInvoice) { params }: InputOf<typeof printInvoice>,
  ): Promise<StreamableFile> {
    const { organizationId } = call.caller;
    const found = await this.readInvoice.run(call, params.id);
    const invoice = presentInvoice(found, organizationId, this.links);
    return this.#printed(organizationId, invoicePaper(invoice), invoice.id);
  }

  @Handles(printCreditNote)
  async printNote(
    @TheCall(printCreditNote) call: Call,
    @Input(printCreditNote) { params }: InputOf<typeof printCreditNote>,
  ): Promise<StreamableFile> {
    requireSight(call.caller, 'billing:read', organizationScope);
    const { organizationId } = call.caller;
    const row = await this.store.findCredit(organizationId, params.id);
    if (row === null || row.invoiceId === null) throw notFound();
    const found = await this.readInvoice.run(call, row.invoiceId);
    const invoice = presentInvoice(found, organizationId, this.links);
    const paper = creditNotePaper(this.#presentCredit(row, organizationId), invoice);
    return this.#printed(organizationId, paper, row.id);
  }

  @Handles(listCredits)
  async credits(
    @TheCall(listCredits) { caller }: Call,
    @Input(listCredits) { query }: InputOf<typeof listCredits>,
  ): Promise<ResponseOf<typeof listCredits>> {
    requireCostReader(caller);
    const request = pageRequest(query);
    const page = await this.store.listCredits(caller.organizationId, request);
    const { metadata, rows } = presentPage(page, request, this.links, listCredits.path);
    const data = rows.map((row) => this.#presentCredit(row, caller.organizationId));
    return { api_version: 'billing/v1', kind: 'CreditList', metadata, data };
  }

  @Handles(redeemPromotion)
  async redeem(
    @TheCall(redeemPromotion) call: Call,
    @Input(redeemPromotion) { body, query }: InputOf<typeof redeemPromotion>,
  ): Promise<ResponseOf<typeof redeemPromotion>> {
    const { organizationId } = call.caller;
    return this.#presentCredit(
      await this.promotions.run(call, body.spec.code, query.dry_run),
      organizationId,
    );
  }

  @Handles(getBillingAccount)
  async account(@TheCall(getBillingAccount) { caller }: Call): Promise<ResponseOf<typeof getBillingAccount>> {
    requireCostReader(caller);
    const billTo = await this.accounts.find(caller.organizationId);
    return { api_version: 'billing/v1', kind: 'BillingAccount', bill_to: billTo };
  }

  @Handles(setBillingAccount)
  async setAccount(
    @TheCall(setBillingAccount) call: Call,
    @Input(setBillingAccount) { body, query }: InputOf<typeof setBillingAccount>,
  ): Promise<ResponseOf<typeof setBillingAccount>> {
    const billTo = await this.changeAccount.run(call, body.bill_to, query.dry_run);
    return { api_version: 'billing/v1', kind: 'BillingAccount', bill_to: billTo };
  }

  async #printed(organizationId: string, paper: Paper, id: string): Promise<StreamableFile> {
    return new StreamableFile(await this.printer.print(organizationId, paper), {
      type: printInvoice.contentType,
      disposition: `attachment; filename="${id}.pdf"`,
    });
  }

  #presentCredit(row: CreditRow, organizationId: string): Credit {
    const { createdAt, id } = row;
    const name = this.links.resourceName(['organization', organizationId], ['credit', id]);
    return Credit.parse({
      api_version: 'billing/v1',
      kind: 'Credit',
      id,
      metadata: this.links.metadata(listCredits.path, name, { createdAt, updatedAt: createdAt }),
      type: row.kind,
      description: row.description,
      currency: row.currency,
      amount: decimalText(row.micros),
      remaining_amount: decimalText(row.remaining),
      expires_at: row.expiresAt?.toISOString() ?? null,
      invoice: row.invoiceId,
    });
  }
}
