import type { Metadata } from 'next';
import { organization, permissionsOnOrganization } from '../../../../access/permissions.ts';
import { AccountList } from '../../../../service-accounts/account-list.tsx';

export const metadata: Metadata = { title: 'Service accounts' };

export default async function ServiceAccountsPage() {
  const [found, permissions] = await Promise.all([organization(), permissionsOnOrganization()]);
  return (
    <div className="grid grid-cols-1 gap-5">
      <div>
        <h1 className="text-xl font-semibold">Service accounts</h1>
        <p className="max-w-2xl text-ink-soft">
          Identities of programs: what keys act for, and what roles and ACLs are given to.
        </p>
      </div>
      <AccountList
        crn={found?.metadata.resource_name ?? null}
        mayCreate={permissions.has('service-account:manage')}
      />
    </div>
  );
}
