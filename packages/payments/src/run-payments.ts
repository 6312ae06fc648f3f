import type { ControlDb } from '@weir/db/control';
import { tellPayers } from '@weir/mail/people-of-roles.store';
import { applyStanding } from './apply-standing.ts';
import { type CollectDeps, collectInvoice } from './collect-invoice.ts';
import type { PaymentDeps } from './customer.ts';
import { withCustomer } from './customer-turn.ts';
import {
  addPayments,
  changePayment,
  findDuePayments,
  findOwing,
  findPayment,
  findToldCustomers,
  needAddress,
  organizationOf,
} from './payment.store.ts';
import { settleCustomer } from './settle-customer.ts';
import { AddressNeeded } from './tax.ts';

const perRun = 50;
const againMs = 60_000;

type OnFailure = (
  cause: unknown,
  about: { readonly invoiceId?: string; readonly customerId?: string },
) => void;

/** Takes due invoices a charge on, each for itself. One that fails is tried again in a minute, and keeps no other waiting. */
export const collectInvoices = async (deps: CollectDeps, onFailure: OnFailure): Promise<number> => {
  const { db, now } = deps;
  await addPayments(db, now());
  const due = await findDuePayments(db, now(), perRun);
  for (const invoiceId of due) {
    try {
      await collectInvoice(deps, invoiceId);
      const payment = await findPayment(db, invoiceId);
      if (payment !== null) await settleCustomer(deps, payment.organizationId);
    } catch (cause) {
      const isTheirs = cause instanceof AddressNeeded;
      if (isTheirs) await noteAddressNeeded(db, invoiceId, now());
      else onFailure(cause, { invoiceId });
      const lastError = cause instanceof Error ? cause.message.slice(0, 500) : 'unknown';
      await changePayment(db, invoiceId, { dueAt: new Date(now() + againMs), lastError });
    }
  }
  return due.length;
};

/** People are told when it begins, not each time it is tried. */
const noteAddressNeeded = (db: ControlDb, invoiceId: string, now: number): Promise<void> =>
  db.$transaction(async (tx) => {
    const payment = await findPayment(tx, invoiceId);
    if (payment === null || !(await needAddress(tx, payment.organizationId))) return;
    await tellPayers(tx, payment.organizationId, { kind: 'address-needed', params: {} }, now);
  });

/** Reads every customer of whom something was told. */
export const settleEvents = async (deps: PaymentDeps, onFailure: OnFailure): Promise<number> => {
  const told = await findToldCustomers(deps.db, perRun);
  for (const customerId of told) {
    try {
      const organizationId = await organizationOf(deps.db, customerId);
      // One of somebody else who shares the provider's account is none of ours.
      if (organizationId === null) await forgetEvents(deps.db, customerId, deps.now());
      else await settleCustomer(deps, organizationId);
    } catch (cause) {
      onFailure(cause, { customerId });
    }
  }
  return told.length;
};

const forgetEvents = async (db: ControlDb, customerId: string, now: number): Promise<void> => {
  await db.paymentEvent.updateMany({
    where: { customerId, settledAt: null },
    data: { settledAt: new Date(now) },
  });
};

/** Standings turn by time alone, with or without the provider. */
export const turnStandings = async (db: ControlDb, now: number): Promise<void> => {
  for (const organizationId of await findOwing(db))
    await withCustomer(db, organizationId, ({ write }) =>
      write((tx) => applyStanding(tx, organizationId, now)),
    );
};
