'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { deleteServiceAccount, type ServiceAccount } from '@weir/contracts/iam';
import type { RoleBinding } from '@weir/contracts/role-bindings';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { RemoveRole } from '../access/remove-role.tsx';
import { useDirectory, useRoleBindings } from '../access/use-access.ts';
import { resourceText } from '../access/words.ts';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { AccountDialog } from './account-form.tsx';
import { accountsKey, useAccountKeys } from './use-accounts.ts';
import { whatGoes } from './what-goes.ts';

interface Props {
  readonly account: ServiceAccount;
  /** Of the organization; null: the person has no role in it. */
  readonly crn: string | null;
}

/** What it is called, and what is done to the account as a whole. */
export function AccountActions({ account, crn }: Props) {
  const router = useRouter();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  return (
    <div className="flex gap-2">
      <Button onClick={() => setOpen('edit')}>Edit</Button>
      <Button look="danger" onClick={() => setOpen('delete')}>
        Delete
      </Button>
      <AccountDialog
        account={account}
        open={open === 'edit'}
        onOpenChange={(is) => setOpen(is ? 'edit' : null)}
        onDone={() => {
          setOpen(null);
          router.refresh();
        }}
      />
      <DeleteAccount
        account={account}
        crn={crn}
        open={open === 'delete'}
        onOpenChange={(is) => setOpen(is ? 'delete' : null)}
      />
    </div>
  );
}

interface DeleteProps extends Props {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

function DeleteAccount({ account, crn, open, onOpenChange }: DeleteProps) {
  const router = useRouter();
  const queries = useQueryClient();
  const keys = useAccountKeys(account.id);
  const bindings = useRoleBindings(crn);
  const remove = useMutation({
    mutationFn: () => call(deleteServiceAccount, { params: { id: account.id } }),
    onSuccess: async () => {
      await Promise.all(
        [accountsKey, ['keys'], ['owners'], ['directory'], ['role-bindings']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      router.push('/access/service-accounts');
    },
  });
  const sentences =
    keys.data === undefined || bindings.data === undefined
      ? null
      : whatGoes({
          keys: keys.data.length,
          roles: bindings.data.filter(({ principal }) => principal === `User:${account.id}`).length,
          rolesOnIt: bindings.data.filter(({ crn_pattern }) => crn_pattern === account.metadata.resource_name)
            .length,
        });
  return (
    <ConfirmByName
      open={open}
      onOpenChange={onOpenChange}
      title="Delete this service account?"
      description={`${account.display_name} (${account.id}) goes for good. This cannot be undone.`}
      name={account.display_name}
      action="Delete service account"
      busy={remove.isPending}
      error={remove.error === null ? null : sentenceOf(remove.error)}
      onConfirm={() => remove.mutate()}
    >
      {sentences === null ? (
        <Skeleton className="h-24" />
      ) : (
        <ul aria-label="What goes with it" className="grid list-disc gap-1.5 pl-5">
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </ConfirmByName>
  );
}

/** The roles that it has, and those that others have on it. */
export function AccountRoles({ account, crn }: Props) {
  const bindings = useRoleBindings(crn);
  const directory = useDirectory();
  const error = bindings.error ?? directory.error;
  const own = bindings.data?.filter(({ principal }) => principal === `User:${account.id}`);
  return (
    <Card
      title="Roles"
      aside={
        <Link href="/access" className="text-[13px] font-medium text-accent underline underline-offset-2">
          Give it a role
        </Link>
      }
    >
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {error === null && (own === undefined || directory.data === undefined) && (
        <Skeleton className="m-4 h-16" />
      )}
      {own?.length === 0 && (
        <p className="px-4 py-3 text-ink-soft">
          No role yet. What it may do in a cluster can also be said by ACLs there.
        </p>
      )}
      {own !== undefined && directory.data !== undefined && (
        <ul aria-label="Roles">
          {own.map((binding) => (
            <RoleRow
              key={binding.id}
              binding={binding}
              principal={account.display_name}
              resource={resourceText(binding.crn_pattern, directory.data.names)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface RoleRowProps {
  readonly binding: RoleBinding;
  readonly principal: string;
  readonly resource: string;
}

function RoleRow({ binding, principal, resource }: RoleRowProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <p className="min-w-0 break-words">
        <span className="font-medium">{binding.role_name}</span>{' '}
        <span className="text-ink-soft">on {resource}</span>
      </p>
      <RemoveRole binding={binding} principal={principal} resource={resource} isOwn={false} />
    </li>
  );
}
