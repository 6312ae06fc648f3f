import { getMonthToDate, getPriceBook } from '@weir/contracts/billing';
import { listClusters } from '@weir/contracts/clusters';
import { listServiceAccounts, listUsers } from '@weir/contracts/iam';
import { listEnvironments } from '@weir/contracts/organizations';
import type { Metadata } from 'next';
import { permissionsOnOrganization } from '../../../access/permissions.ts';
import { load } from '../../../api/server.ts';
import { CostView } from '../../../billing/cost-view.tsx';
import { MonthCard } from '../../../billing/month-card.tsx';
import { PriceList } from '../../../billing/price-list.tsx';
import { Notice } from '../../../ui/notice.tsx';

export const metadata: Metadata = { title: 'Billing' };

export default async function BillingPage() {
  const [permissions, book] = await Promise.all([permissionsOnOrganization(), load(getPriceBook, {})]);
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Billing</h1>
        <p className="text-ink-soft">What your clusters use, and what that costs. All times are UTC.</p>
      </div>
      {permissions.has('billing:read') ? (
        <Costs />
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

async function Costs() {
  const [month, clusters, environments, accounts, people] = await Promise.all([
    load(getMonthToDate, {}),
    load(listClusters, { query }),
    load(listEnvironments, { query }),
    load(listServiceAccounts, { query }),
    load(listUsers, { query }),
  ]);
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
  return (
    <>
      {month.payment === 'OFF' && (
        <Notice tone="good">
          Payment is off in this installation: what things cost is counted and shown, and nothing is charged.
        </Notice>
      )}
      <MonthCard initial={month} />
      <CostView nowMs={Date.parse(month.as_of)} names={names} />
    </>
  );
}

const namesOf = (all: readonly { readonly id: string; readonly display_name: string }[]) =>
  Object.fromEntries(all.map(({ display_name: name, id }) => [id, name]));
