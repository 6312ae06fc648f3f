import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { StripeState } from './stripe-state.ts';

/**
 * What time alone brings about: an invoice of five dollars, for the organization of a cluster, whose charge was refused
 * eight days ago. The data directory is that of an installation, which brings its own Postgres. Its id at the provider.
 */
export const oweInvoice = async (
  state: StripeState,
  directory: string,
  clusterId: string,
): Promise<string> => {
  const { id: customer } = state.createCustomer({});
  const about = { customer, auto_advance: 'false', 'metadata[weir_invoice]': 'inv-owed' };
  const { id } = state.createInvoice(about);
  state.createItem({ invoice: id, amount: '500' });
  state.finalize(id);
  const port = readFileSync(join(directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(directory, 'secrets', 'postgres-password'), 'utf8').trim();
  const account = { host: '127.0.0.1', port: Number(port), user: 'postgres', password };
  const client = new pg.Client({ ...account, options: '-c search_path=control' });
  await client.connect();
  try {
    await client.query(
      `INSERT INTO invoices (id, organization_id, number, period_start, period_end, price_book, currency,
         subtotal_micros, credit_micros, carried_before, carried_after, due_micros, created_at)
       SELECT 'inv-owed', organization_id, 1, '2026-01-01Z', '2026-02-01Z', '2026-11', 'USD',
         5000000, 0, 0, 0, 5000000, now() - interval '8 days' FROM clusters WHERE id = $1`,
      [clusterId],
    );
    await client.query(
      `INSERT INTO payment_accounts (organization_id, customer_id, asked_at)
       SELECT organization_id, $1, now() FROM clusters WHERE id = $2`,
      [customer, clusterId],
    );
    await client.query(
      `INSERT INTO invoice_payments
         (invoice_id, organization_id, provider_invoice_id, cents, currency, status, charges, first_charged_at, due_at)
       SELECT 'inv-owed', organization_id, $1, 500, 'USD', 'OPEN', 8, now() - interval '8 days', now() + interval '1 day'
         FROM clusters WHERE id = $2`,
      [id, clusterId],
    );
  } finally {
    await client.end();
  }
  return id;
};
