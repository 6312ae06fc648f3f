import { listClusters } from '@weir/contracts/clusters';
import { getServiceAccount } from '@weir/contracts/iam';
import type { Metadata } from 'next';
import Link from 'next/link';
import { organization, permissionsOn } from '../../../../../access/permissions.ts';
import { load } from '../../../../../api/server.ts';
import { KeyList } from '../../../../../keys/key-list.tsx';
import { AccountActions, AccountRoles } from '../../../../../service-accounts/account-view.tsx';
import { dateText } from '../../../../../ui/figures.ts';

interface Props {
  readonly params: Promise<{ id: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await load(getServiceAccount, { params: await params })).display_name };
}

export default async function ServiceAccountPage({ params }: Props) {
  const account = await load(getServiceAccount, { params: await params });
  const [found, permissions, clusters] = await Promise.all([
    organization(),
    permissionsOn(account.metadata.resource_name),
    load(listClusters, { query: { page_size: 100 } }),
  ]);
  const named = clusters.data.map(({ id, spec }) => ({ id: String(id), name: spec.display_name }));
  const crn = found?.metadata.resource_name ?? null;
  return (
    <div className="grid grid-cols-1 gap-5">
      <div className="grid grid-cols-1 gap-3">
        <nav aria-label="Where you are" className="text-[13px] text-ink-soft">
          <Link href="/access/service-accounts" className="hover:text-ink">
            Service accounts
          </Link>
          <span aria-hidden="true"> / </span>
          <span className="break-all">{account.display_name}</span>
        </nav>
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
          <div className="min-w-0">
            <h1 className="text-xl font-semibold break-words">{account.display_name}</h1>
            <p className="font-mono text-[13px] text-ink-soft">{account.id}</p>
            {account.description !== '' && (
              <p className="max-w-2xl break-words text-ink-soft">{account.description}</p>
            )}
            <p className="text-[13px] text-ink-soft">Created {dateText(account.metadata.created_at)}</p>
          </div>
          {permissions.has('service-account:manage') && <AccountActions account={account} crn={crn} />}
        </div>
      </div>
      <AccountRoles account={account} crn={crn} />
      <section aria-label="Keys of this service account" className="grid grid-cols-1 gap-3">
        <h2 className="text-[15px] font-semibold">Keys</h2>
        <KeyList goal="cloud" clusters={named} ownerId={account.id} />
      </section>
    </div>
  );
}
