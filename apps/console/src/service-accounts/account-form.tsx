'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  CreateServiceAccountInput,
  createServiceAccount,
  type ServiceAccount,
  updateServiceAccount,
} from '@weir/contracts/iam';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { accountsKey } from './use-accounts.ts';

interface Props {
  /** What is changed; null: a new one is made. */
  readonly account: ServiceAccount | null;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onDone: (account: ServiceAccount) => void;
}

/** What a service account is called and for what it is there. */
export function AccountDialog({ account, open, onOpenChange, onDone }: Props) {
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      title={account === null ? 'Create a service account' : 'Edit service account'}
      description="An identity for a program. It may do nothing until it is given a role, or an ACL in a cluster."
    >
      <AccountForm account={account} onCancel={() => onOpenChange(false)} onDone={onDone} />
    </Modal>
  );
}

type Form = z.output<typeof CreateServiceAccountInput>;

interface FormProps extends Pick<Props, 'account' | 'onDone'> {
  readonly onCancel: () => void;
}

function AccountForm({ account, onCancel, onDone }: FormProps) {
  const queries = useQueryClient();
  const { register, handleSubmit, formState } = useForm<
    z.input<typeof CreateServiceAccountInput>,
    unknown,
    Form
  >({
    resolver: zodResolver(CreateServiceAccountInput),
    defaultValues: {
      display_name: account?.display_name ?? '',
      description: account?.description ?? '',
    },
  });
  const save = useMutation({
    mutationFn: (body: Form) =>
      account === null
        ? call(createServiceAccount, { body })
        : call(updateServiceAccount, { params: { id: account.id }, body }),
    onSuccess: async (saved) => {
      await Promise.all(
        [accountsKey, ['owners'], ['directory']].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
      onDone(saved);
    },
  });
  const submit = handleSubmit((form) => save.mutate(form));
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field
        label="Name"
        placeholder="orders-service"
        autoComplete="off"
        error={formState.errors.display_name?.message}
        {...register('display_name')}
      />
      <Field
        label="Description"
        autoComplete="off"
        hint="What it does and who looks after it."
        error={formState.errors.description?.message}
        {...register('description')}
      />
      {save.error !== null && <Notice tone="danger">{sentenceOf(save.error)}</Notice>}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" look="primary" busy={save.isPending}>
          {account === null ? 'Create service account' : 'Save'}
        </Button>
      </div>
    </form>
  );
}
