'use client';

import type { ApiKey, ServiceAccount } from '@weir/contracts/iam';
import type { RoleBinding } from '@weir/contracts/role-bindings';
import { Plus } from 'lucide-react';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useRoleBindings } from '../access/use-access.ts';
import { sentenceOf } from '../api/browser.ts';
import { KeyUseText } from '../keys/key-use-text.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { inputClass } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { Table } from '../ui/table.tsx';
import { AccountDialog } from './account-form.tsx';
import { lastUseOf } from './last-use.ts';
import { useAccountKeys, useAccounts } from './use-accounts.ts';

interface Props {
  /** Of the organization; null: the person has no role in it. */
  readonly crn: string | null;
  readonly mayCreate: boolean;
}

export const accountPath = (id: string) => `/access/service-accounts/${id}`;

/** The service accounts that the person sees, each with what it has and when it was used last. */
export function AccountList({ crn, mayCreate }: Props) {
  const router = useRouter();
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState('');
  const accounts = useAccounts();
  const keys = useAccountKeys();
  const bindings = useRoleBindings(crn);
  const error = accounts.error ?? keys.error ?? bindings.error;
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (accounts.data === undefined) return <Skeleton className="h-40" />;
  const wanted = search.toLowerCase();
  const shown = accounts.data.filter(({ description, display_name, id }) =>
    `${display_name} ${id} ${description}`.toLowerCase().includes(wanted),
  );
  const create = mayCreate && (
    <Button look="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden="true" size={16} />
      Create service account
    </Button>
  );
  return (
    <div className="grid grid-cols-1 gap-4">
      {accounts.data.length === 0 ? (
        <EmptyState title="No service accounts yet" action={create}>
          A program has its own identity, apart from the people who come and go. Keys are made for it, and
          roles and ACLs say what it may do.
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center justify-between gap-3">
            <input
              type="search"
              aria-label="Filter service accounts"
              placeholder="Filter by name or description"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              className={`${inputClass} max-w-72`}
            />
            {create}
          </div>
          {shown.length === 0 ? (
            <p className="rounded-lg border border-line bg-surface px-4 py-8 text-center text-ink-soft">
              No service account is like that.
            </p>
          ) : (
            <Accounts accounts={shown} keys={keys.data} bindings={bindings.data} />
          )}
        </>
      )}
      <AccountDialog
        account={null}
        open={isCreating}
        onOpenChange={setCreating}
        onDone={({ id }) => router.push(accountPath(id))}
      />
    </div>
  );
}

const columns = [
  { text: 'Service account' },
  { text: 'Roles', isWide: true },
  { text: 'Keys', isNumber: true },
  { text: 'Last used', isWide: true },
];

interface RowsProps {
  readonly accounts: readonly ServiceAccount[];
  /** Undefined: not known yet. */
  readonly keys: readonly ApiKey[] | undefined;
  readonly bindings: readonly RoleBinding[] | undefined;
}

function Accounts({ accounts, keys, bindings }: RowsProps) {
  const keysBy = Map.groupBy(keys ?? [], ({ spec }) => spec.owner.id);
  const bindingsBy = Map.groupBy(bindings ?? [], ({ principal }) => principal);
  return (
    <Card>
      <Table columns={columns}>
        {accounts.map(({ description, display_name, id }) => {
          const own = keysBy.get(id) ?? [];
          const roles = new Set((bindingsBy.get(`User:${id}`) ?? []).map(({ role_name }) => role_name));
          return (
            <tr key={id} className="border-b border-line align-top last:border-0">
              <th scope="row" className="px-2 py-2.5 font-normal sm:px-4">
                <Link
                  href={accountPath(id)}
                  className="font-medium break-words text-accent underline underline-offset-2"
                >
                  {display_name}
                </Link>
                <span className="block font-mono text-[13px] text-ink-soft">{id}</span>
                {description !== '' && (
                  <span className="block text-[13px] break-words text-ink-soft">{description}</span>
                )}
              </th>
              <td className="hidden px-2 py-2.5 text-[13px] sm:table-cell sm:px-4">
                {bindings !== undefined && (roles.size === 0 ? 'No role' : [...roles].join(', '))}
              </td>
              <td className="px-2 py-2.5 text-right tabular-nums sm:px-4">
                {keys === undefined ? '' : own.length}
              </td>
              <td className="hidden px-2 py-2.5 text-[13px] sm:table-cell sm:px-4">
                {keys !== undefined && <KeyUseText use={lastUseOf(own)} />}
              </td>
            </tr>
          );
        })}
      </Table>
    </Card>
  );
}
