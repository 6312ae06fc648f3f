import type { MailContent } from './kinds.ts';
import type { Letter } from './letter.ts';

type BillingContent = MailContent & {
  readonly kind: 'payment-notice' | 'address-needed' | 'budget-notice' | 'spend-notice' | 'webhook-notice';
};

/** What who sees to billing is told. */
export const billingLetter = (content: BillingContent, consoleUrl: string): Letter => {
  switch (content.kind) {
    case 'payment-notice':
      return paymentNotice(content.params, consoleUrl);
    case 'address-needed':
      return addressNeeded(consoleUrl);
    case 'budget-notice':
      return budgetNotice(content.params, consoleUrl);
    case 'spend-notice':
      return spendNotice(content.params, consoleUrl);
    case 'webhook-notice':
      return webhookNotice(content.params, consoleUrl);
  }
};

const actionTexts: Readonly<Record<string, string>> = {
  NOTIFY: 'Nothing is stopped: the limit only tells you.',
  THROTTLE: 'Clients that it concerns are slowed to a trickle until it is raised or its next period begins.',
  READ_ONLY:
    'Clients that it concerns are refused when they write, until it is raised or its next period begins. They still read, which costs what it costs.',
};

type Scope = NonNullable<(MailContent & { kind: 'spend-notice' })['params']['scope']>;

const scopeWords: Readonly<Record<string, string>> = {
  environment: 'the environment',
  cluster: 'the cluster',
  'service-account': 'the service account',
  'api-key': 'the key',
};

const ofScope = (scope: Scope | undefined): string => {
  if (scope === undefined) return '';
  return scope.kind === 'organization'
    ? ', of all of the organization,'
    : `, of ${scopeWords[scope.kind] ?? ''} ${scope.id},`;
};

const spendNotice = (
  params: (MailContent & { kind: 'spend-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const { action, amount, currency, limitId, percent, period, scope, spent } = params;
  const isReached = percent >= 100;
  return {
    subject: isReached ? 'A spend limit is used up' : `A spend limit is at ${percent} percent`,
    before: [
      `Of the ${amount} ${currency} that the limit ${limitId}${ofScope(scope)} allows in this ${period.toLowerCase()}, ${spent} ${currency} are spent.`,
      ...(isReached ? [actionTexts[action] ?? ''] : []),
    ],
    link: { label: 'See who used it, or raise it', url: `${consoleUrl}/billing#${limitId}` },
    after: ['You are told of each threshold once in a period.'],
  };
};

const budgetNotice = (
  {
    amount,
    basis,
    budgetId,
    cost,
    currency,
    percent,
    scope,
  }: (MailContent & { kind: 'budget-notice' })['params'],
  consoleUrl: string,
): Letter => {
  const isForecast = basis === 'forecast';
  const ofIt = `of the ${amount} ${currency} of the budget ${budgetId}${ofScope(scope).replace(/,$/, '')}`;
  return {
    subject: isForecast
      ? `A budget is expected to come to ${percent} percent`
      : `A budget is at ${percent} percent`,
    before: [
      isForecast
        ? `This month is expected to cost ${cost} ${currency}, ${ofIt}.`
        : `${cost} ${currency} ${ofIt} are spent this month.`,
      'Nothing is stopped: a budget only tells you.',
    ],
    link: { label: 'See what costs, or change it', url: `${consoleUrl}/billing#${budgetId}` },
    after: ['You are told of each threshold once a month.'],
  };
};

const webhookNotice = (
  { reason, webhookId }: (MailContent & { kind: 'webhook-notice' })['params'],
  consoleUrl: string,
): Letter => ({
  subject: 'A webhook was switched off',
  before: [
    reason === 'GONE'
      ? `The server that the webhook ${webhookId} leads to has answered that it is to be told nothing more (410).`
      : `The server that the webhook ${webhookId} leads to has taken nothing for three days.`,
    'It is told nothing from now on. What waited for it is in its log.',
  ],
  link: { label: 'Look at your webhooks', url: `${consoleUrl}/billing/webhooks` },
  after: ['Once it answers again, switch it on there.'],
});

type PaymentNotice = (MailContent & { kind: 'payment-notice' })['params'];

const standingTexts: Readonly<Record<PaymentNotice['standing'], readonly [subject: string, text: string]>> = {
  CURRENT: [
    'Everything is paid',
    'Everything is paid. Your clusters go on as usual, with all that is stored in them.',
  ],
  PAST_DUE: [
    'An invoice could not be charged',
    'An invoice of your organization could not be charged. Nothing is stopped yet.',
  ],
  READ_ONLY: [
    'Your clusters are read-only until an invoice is paid',
    'An invoice has not been paid for a week. Clients can read, and are refused when they write. Nothing is deleted.',
  ],
  SUSPENDED: [
    'Your clusters are suspended until an invoice is paid',
    'An invoice has not been paid for three weeks. Nobody gets into your clusters. All that is stored stays, under its own retention.',
  ],
};

const paymentNotice = ({ nextAt, standing }: PaymentNotice, consoleUrl: string): Letter => {
  const [subject, text] = standingTexts[standing];
  const next = standing === 'PAST_DUE' ? 'Your clusters become read-only' : 'Your clusters are suspended';
  return {
    subject,
    before: [text, ...(nextAt === null ? [] : [`${next} at ${nextAt.slice(0, 16).replace('T', ' ')} UTC.`])],
    link: { label: 'Look at your billing page', url: `${consoleUrl}/billing` },
    after: standing === 'CURRENT' ? [] : ['As soon as it is paid, everything goes on by itself.'],
  };
};

const addressNeeded = (consoleUrl: string): Letter => ({
  subject: 'Say whom your invoices are for',
  before: [
    'An invoice of your organization waits to be charged: what tax is due on it follows from an address, and there is none, or none that tells.',
    'Nothing is charged and nothing is stopped until then.',
  ],
  link: { label: 'Say whom invoices are for', url: `${consoleUrl}/billing` },
  after: ['Once it is there, everything goes on by itself.'],
});
