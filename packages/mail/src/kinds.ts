import { z } from 'zod';

/** Of whoever wrote to the address before anybody was known there. */
const Nothing = z.object({});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** What happened to an account, for a notice to its owner. */
export const SecurityEvent = z.enum([
  'password-changed',
  'password-reset',
  'second-factor-on',
  'second-factor-off',
  'recovery-code-used',
  'recovery-codes-made',
  'passkey-added',
  'passkey-removed',
]);
export type SecurityEvent = z.infer<typeof SecurityEvent>;

/** What happens to a key, for who has to do with it. */
export const KeyEvent = z.enum(['expires', 'secret-leaked', 'only-secret-leaked']);
export type KeyEvent = z.infer<typeof KeyEvent>;
/** `at`: when it was, or will be. Names of keys are their makers' words, and stay out of mail. */
const KeyNotice = z.object({ event: KeyEvent, keyId: z.string(), at: z.iso.datetime() });

const Notice = z.object({ event: SecurityEvent, at: z.iso.datetime(), from: z.string().nullable() });

/** What it is of. Left out: it was asked for before that was told. */
const scope = z.object({ kind: z.string(), id: z.string() }).optional();

/** Names of limits are their makers' words, and stay out of mail. Amounts are exact, as text. */
const SpendNotice = z.object({
  limitId: z.string(),
  scope,
  percent: z.int(),
  action: z.string(),
  period: z.string(),
  currency: z.string(),
  amount: z.string(),
  spent: z.string(),
});

/** As of limits. `cost`: what is spent, or what the whole month is expected to cost. */
const BudgetNotice = z.object({
  budgetId: z.string(),
  scope,
  basis: z.enum(['actual', 'forecast']),
  percent: z.int(),
  currency: z.string(),
  amount: z.string(),
  cost: z.string(),
});

/** Of a webhook that was switched off. */
const WebhookNotice = z.object({ webhookId: z.string(), reason: z.enum(['FAILING', 'GONE']) });

/** Of a log that does not come to its topic. `problem`: our own words. */
const AuditNotice = z.object({ organizationId: z.uuid(), problem: z.string(), since: z.iso.datetime() });

/** Of a mail domain whose record is gone from DNS. `lapsesAt`: from when on it counts for nothing. */
const DomainNotice = z.object({
  domainId: z.string(),
  domain: z.string(),
  event: z.enum(['missing', 'lapsed']),
  lapsesAt: z.iso.datetime(),
});

/** `nextAt`: when the next standing begins if nothing is paid. */
const PaymentNotice = z.object({
  standing: z.enum(['CURRENT', 'PAST_DUE', 'READ_ONLY', 'SUSPENDED']),
  nextAt: z.iso.datetime().nullable(),
});

interface KindRules {
  readonly params: z.ZodType;
  /** How long its link works, and for how long sending it is tried; milliseconds. */
  readonly lifetimeMs: number;
  /** To one address within an hour. What is beyond is not sent. */
  readonly hourMax: number;
  /** Anybody who knows the address can cause it. */
  readonly isStrangers: boolean;
}

/** Every mail there is. */
export const mailKinds = {
  /** Its link tells that whoever signed up with the address reads its mail. */
  'verify-address': { params: Nothing, lifetimeMs: dayMs, hourMax: 5, isStrangers: true },
  /** To the owner of an address that somebody signed up with again. */
  'account-exists': { params: Nothing, lifetimeMs: hourMs, hourMax: 1, isStrangers: true },
  /** Its link sets a new password. To nobody, if the address is nobody's. */
  'reset-password': { params: Nothing, lifetimeMs: hourMs, hourMax: 3, isStrangers: true },
  /** To the address that somebody who is signed in wants to have from now on. */
  'confirm-new-address': { params: Nothing, lifetimeMs: 2 * hourMs, hourMax: 3, isStrangers: true },
  /** To whoever is asked to join an organization; its link is for who has that address. */
  invitation: {
    params: z.object({ invitationId: z.string(), inviter: z.string() }),
    lifetimeMs: 7 * dayMs,
    hourMax: 5,
    isStrangers: true,
  },
  /** To the address that an account had until now. */
  'address-changed': {
    params: z.object({ newAddress: z.string() }),
    lifetimeMs: dayMs,
    hourMax: 5,
    isStrangers: false,
  },
  /** To the address that an account had until it was deleted. */
  'account-deleted': {
    params: z.object({ at: z.iso.datetime(), from: z.string().nullable() }),
    lifetimeMs: dayMs,
    hourMax: 5,
    isStrangers: false,
  },
  /** To the owner of an account, of what only who is signed in to it, or reads its mail, can do. */
  'security-notice': { params: Notice, lifetimeMs: dayMs, hourMax: 20, isStrangers: false },
  /** To who has to do with a key, of what is about to happen to it or has. */
  'key-notice': { params: KeyNotice, lifetimeMs: 3 * dayMs, hourMax: 50, isStrangers: false },
  /** To who sees to what an organization pays, of what not paying has come to. */
  'payment-notice': { params: PaymentNotice, lifetimeMs: 3 * dayMs, hourMax: 20, isStrangers: false },
  /** To them, of an invoice that cannot be charged before it is said whom invoices are for. */
  'address-needed': { params: Nothing, lifetimeMs: 3 * dayMs, hourMax: 20, isStrangers: false },
  /** To them, of a limit that is nearly or all used up. */
  'spend-notice': { params: SpendNotice, lifetimeMs: 3 * dayMs, hourMax: 50, isStrangers: false },
  /** To them, of a budget that is, or will be. */
  'budget-notice': { params: BudgetNotice, lifetimeMs: 3 * dayMs, hourMax: 50, isStrangers: false },
  /** To them, of a webhook that was switched off. */
  'webhook-notice': { params: WebhookNotice, lifetimeMs: 3 * dayMs, hourMax: 20, isStrangers: false },
  /** To who administers an organization, of a domain that it may lose, and of its audit log that cannot be delivered. */
  'domain-notice': { params: DomainNotice, lifetimeMs: 3 * dayMs, hourMax: 20, isStrangers: false },
  'audit-notice': { params: AuditNotice, lifetimeMs: 3 * dayMs, hourMax: 10, isStrangers: false },
} as const satisfies Record<string, KindRules>;

export type MailKind = keyof typeof mailKinds;

/** To one address within a day, of all that strangers can cause, whatever they ask for and from wherever. */
export const strangersDayMax = 12;

export const isMailKind = (text: string): text is MailKind => Object.hasOwn(mailKinds, text);

/** A mail's kind with what belongs into it. Never a secret, and never a stranger's words. */
export type MailContent = {
  [Kind in MailKind]: { readonly kind: Kind; readonly params: z.infer<(typeof mailKinds)[Kind]['params']> };
}[MailKind];

/** Reads a row's kind and parameters. Throws on what no version of ours has written. */
export const readMailContent = (kind: string, params: unknown): MailContent => {
  if (!isMailKind(kind)) throw new Error(`a mail of unknown kind ${kind}`);
  // The parameters are what the schema of this very kind puts out; the compiler does not see that they belong together.
  return { kind, params: mailKinds[kind].params.parse(params) } as MailContent;
};
