import { getMonthToDate, getPriceBook } from '@weir/contracts/billing';
import { listClusters } from '@weir/contracts/clusters';
import { listApiKeys, listServiceAccounts, listUsers } from '@weir/contracts/iam';
import { getBillingAccount, listCredits, listInvoices } from '@weir/contracts/invoices';
import type { ResponseOf } from '@weir/contracts/operation';
import { listEnvironments, listOrganizations } from '@weir/contracts/organizations';
import { getPayment } from '@weir/contracts/payments';
import type { Metadata } from 'next';
import Link from 'next/link';
import { permissionsOnOrganization } from '../../../access/permissions.ts';
import { load, signedIn } from '../../../api/server.ts';
import { BillToCard } from '../../../billing/bill-to-card.tsx';
import { BudgetCard } from '../../../billing/budget-card.tsx';
import { CostView } from '../../../billing/cost-view.tsx';
import { CreditList } from '../../../billing/credit-list.tsx';
import { InvoiceList } from '../../../billing/invoice-list.tsx';
import { MonthCard } from '../../../billing/month-card.tsx';
import { PaymentCard, StandingNotice } from '../../../billing/payment-card.tsx';
import { PriceList } from '../../../billing/price-list.tsx';
import { SpendLimitCard } from '../../../billing/spend-limit-card.tsx';
import { buttonClass } from '../../../ui/button.tsx';
import { Notice } from '../../../ui/notice.tsx';

export const metadata: Metadata = { title: 'Billing' };

export default async function BillingPage() {
  const [{ user }, permissions, book] = await Promise.all([
    signedIn(),
    permissionsOnOrganization(),
    load(getPriceBook, {}),
  ]);
  return (
    <div className="grid grid-cols-1 gap-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold">Billing</h1>
          <p className="text-ink-soft">What your clusters use, and what that costs. All times are UTC.</p>
        </div>
        {permissions.has('billing:read') && (
          <Link href="/billing/webhooks" className={buttonClass('quiet', 'small')}>
            Webhooks
          </Link>
        )}
      </div>
      {permissions.has('billing:read') && !user.emailVerified && (
        <Notice tone="warn">
          You are mailed nothing of limits, budgets and payments until you have{' '}
          <Link href="/account" className="font-medium underline underline-offset-2">
            confirmed your e-mail address
          </Link>
          .
        </Notice>
      )}
      {permissions.has('billing:read') ? (
        <Costs mayChange={permissions.has('billing:update')} />
      ) : (
        <Notice tone="warn">
          What your organization pays is for its administrators, and for who has the role BillingAdmin. Ask
          one of them for it.
        </Notice>
      )}
      <PriceList book={book} />
    </div>
  );
}

const query = { page_size: 100 };
const invoicesShown = 12;

async function Costs({ mayChange }: { readonly mayChange: boolean }) {
  const [month, invoices, account, clusters, environments, accounts, people, more] = await Promise.all([
    load(getMonthToDate, {}),
    load(listInvoices, { query: { page_size: invoicesShown } }),
    load(getBillingAccount, {}),
    load(listClusters, { query }),
    load(listEnvironments, { query }),
    load(listServiceAccounts, { query }),
    load(listUsers, { query }),
    Promise.all([
      load(listOrganizations, {}),
      load(listApiKeys, { query }),
      load(getPayment, {}),
      load(listCredits, { query: { page_size: invoicesShown } }),
    ]),
  ]);
  const [organizations, keys, payment, credits] = more;
  const names = {
    cluster: Object.fromEntries(clusters.data.map(({ id, spec }) => [id, spec.display_name])),
    environment: namesOf(environments.data),
    principal: {
      ...namesOf(accounts.data),
      ...Object.fromEntries(
        people.data.map(({ email, full_name: name, id }) => [id, name === '' ? email : name]),
      ),
    },
  };
  const scopes = [
    ...organizations.data.map(({ id }) => ({
      kind: 'organization' as const,
      id,
      name: 'All of the organization',
    })),
    ...scopesOf('environment', 'Environment', names.environment),
    ...scopesOf('cluster', 'Cluster', names.cluster),
    ...scopesOf('service-account', 'Service account', namesOf(accounts.data)),
    ...scopesOf('api-key', 'Key', keyNames(keys.data, names.principal)),
  ];
  return (
    <>
      {month.payment === 'OFF' && (
        <Notice tone="good">
          Payment is off in this installation: what things cost is counted and shown, and nothing is charged.
        </Notice>
      )}
      <StandingNotice payment={payment} />
      <MonthCard initial={month} />
      <BudgetCard scopes={scopes} mayChange={mayChange} />
      <SpendLimitCard scopes={scopes} mayChange={mayChange} />
      <CostView nowMs={Date.parse(month.as_of)} names={names} />
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[2fr_1fr]">
        <div className="grid gap-5">
          <InvoiceList now={month.as_of} invoices={invoices.data} total={invoices.metadata.total_size} />
          {(mayChange || credits.data.length > 0) && (
            <CreditList credits={credits.data} total={credits.metadata.total_size} mayChange={mayChange} />
          )}
        </div>
        <div className="grid gap-5">
          {payment.status === 'ON' && <PaymentCard payment={payment} mayChange={mayChange} />}
          <BillToCard billTo={account.bill_to} mayChange={mayChange} />
        </div>
      </div>
    </>
  );
}

const scopesOf = <Kind extends string>(kind: Kind, word: string, names: Readonly<Record<string, string>>) =>
  Object.entries(names).map(([id, name]) => ({ kind, id, name: `${word} ${name} (${id})` }));

const keyNames = (
  keys: ResponseOf<typeof listApiKeys>['data'],
  owners: Readonly<Record<string, string>>,
): Record<string, string> =>
  Object.fromEntries(
    keys
      .filter(({ spec }) => spec.resource.kind === 'Cluster')
      .map(({ id, spec }) => [id, `${spec.display_name ?? ''} of ${owners[spec.owner.id] ?? spec.owner.id}`]),
  );

const namesOf = (all: readonly { readonly id: string; readonly display_name: string }[]) =>
  Object.fromEntries(all.map(({ display_name: name, id }) => [id, name]));
