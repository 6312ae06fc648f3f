import { dryRun, type Expected, readOwn, wide } from './access-expectation.ts';

/** What an organization pays, and what is told of it: for who sees to billing. */
export const expectedBillingAccess: Readonly<Record<string, Expected>> = {
  listBudgets: { plain: true, ok: wide },
  createBudget: {
    plain: true,
    ok: wide,
    query: dryRun,
    body: { spec: { display_name: 'x', scope: { kind: 'cluster', id: 'lkc-none' }, amount: '1' } },
    // As of a spend limit.
    okStatus: 400,
  },
  getBudget: { about: 'budget', ...readOwn(wide) },
  updateBudget: { about: 'budget', ...readOwn(wide), body: () => ({ spec: { display_name: 'renamed' } }) },
  deleteBudget: { about: 'budget', ...readOwn(wide), query: dryRun },
  listWebhooks: { plain: true, ok: wide },
  createWebhook: {
    plain: true,
    ok: wide,
    query: dryRun,
    // Into a network of ours, which is what who may is told.
    body: { spec: { display_name: 'x', url: 'https://10.0.0.1/' } },
    okStatus: 400,
  },
  getWebhook: { about: 'webhook', ...readOwn(wide) },
  updateWebhook: { about: 'webhook', ...readOwn(wide), body: () => ({ spec: { display_name: 'renamed' } }) },
  deleteWebhook: { about: 'webhook', ...readOwn(wide), query: dryRun },
  listWebhookSecrets: { about: 'webhook', ...readOwn(wide) },
  createWebhookSecret: { about: 'webhook', ...readOwn(wide), query: dryRun },
  // The only one of a webhook stays.
  deleteWebhookSecret: { about: 'webhook', ...readOwn(wide), query: dryRun, okStatus: 409 },
  listWebhookDeliveries: { about: 'webhook', ...readOwn(wide) },
  testWebhook: { about: 'webhook', ...readOwn(wide), query: dryRun },
  resendWebhookDelivery: { about: 'webhook', ...readOwn(wide), query: dryRun },
  listSpendLimits: { plain: true, ok: wide },
  createSpendLimit: {
    plain: true,
    ok: wide,
    query: dryRun,
    body: {
      spec: { display_name: 'x', scope: { kind: 'cluster', id: 'lkc-none' }, amount: '1', action: 'NOTIFY' },
    },
    // There is no such cluster, which is what who may is told.
    okStatus: 400,
  },
  getSpendLimit: { about: 'spend-limit', ...readOwn(wide) },
  updateSpendLimit: {
    about: 'spend-limit',
    ...readOwn(wide),
    body: () => ({ spec: { display_name: 'renamed' } }),
  },
  deleteSpendLimit: { about: 'spend-limit', ...readOwn(wide), query: dryRun },
  getPayment: { plain: true, ok: wide },
  // Payment is off there, which is what who may is told.
  openPaymentSetup: { plain: true, ok: wide, okStatus: 409 },
  openPaymentPortal: { plain: true, ok: wide, okStatus: 409 },
  // There is no such code, which is what who may is told.
  redeemPromotion: {
    plain: true,
    ok: wide,
    query: dryRun,
    body: { spec: { code: 'NOSUCHCODE' } },
    okStatus: 400,
  },
  listInvoices: { plain: true, ok: wide },
  getInvoice: { about: 'invoice', ...readOwn(wide) },
  exportInvoice: { about: 'invoice', ...readOwn(wide) },
  printInvoice: { about: 'invoice', ...readOwn(wide) },
  printCreditNote: { about: 'credit-note', ...readOwn(wide) },
  listCredits: { plain: true, ok: wide },
  getBillingAccount: { plain: true, ok: wide },
  setBillingAccount: {
    plain: true,
    ok: wide,
    body: { bill_to: { name: 'Ada Ltd', address_lines: ['1 Mill Lane'], country: 'GB' } },
  },
};
