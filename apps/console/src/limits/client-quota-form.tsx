'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useQuery } from '@tanstack/react-query';
import { defaultPrincipal } from '@weir/contracts/client-quotas';
import { displayName } from '@weir/contracts/envelope';
import { listApiKeys } from '@weir/contracts/iam';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { call } from '../api/browser.ts';
import { useOwners } from '../keys/use-owners.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';

const kibibyte = 1024;
const rate = z.string().regex(/^[1-9][0-9]{0,9}$/, 'A whole number of KiB a second, from 1.');
const Form = z.object({ name: displayName, principal: z.string(), ingress: rate, egress: rate });
type Form = z.infer<typeof Form>;

export interface WantedQuota {
  readonly name: string;
  readonly principal: string;
  /** Bytes a second, as text. */
  readonly ingress: string;
  readonly egress: string;
}

interface Props {
  readonly clusterId: string;
  readonly busy: boolean;
  readonly error: string | null;
  readonly onSubmit: (wanted: WantedQuota) => void;
}

export function ClientQuotaForm({ clusterId, busy, error, onSubmit }: Props) {
  const owners = useOwners();
  const { data: keys } = useQuery({
    queryKey: ['keys', 'of-cluster', clusterId],
    queryFn: async ({ signal }) =>
      (await call(listApiKeys, { query: { 'spec.resource': clusterId, page_size: 100 } }, signal)).data,
  });
  const { register, handleSubmit, formState } = useForm<Form>({
    resolver: zodResolver(Form),
    defaultValues: { principal: defaultPrincipal },
  });
  const bytes = (kib: string) => String(BigInt(kib) * BigInt(kibibyte));
  const submit = handleSubmit(({ egress, ingress, ...wanted }) =>
    onSubmit({ ...wanted, ingress: bytes(ingress), egress: bytes(egress) }),
  );
  const options = [
    { value: defaultPrincipal, text: 'Everybody without a quota of their own' },
    ...owners.map(({ id, name }) => ({ value: id, text: `${name} (${id})` })),
    ...(keys ?? []).map(({ id, spec }) => ({ value: String(id), text: `Key ${spec.display_name} (${id})` })),
  ];
  const { errors } = formState;
  return (
    <form method="post" noValidate className="grid gap-4" onSubmit={(event) => void submit(event)}>
      <Field label="Name" autoComplete="off" error={errors.name?.message} {...register('name')} />
      <Choice label="Client" options={options} {...register('principal')} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Writes, KiB a second"
          inputMode="numeric"
          error={errors.ingress?.message}
          {...register('ingress')}
        />
        <Field
          label="Reads, KiB a second"
          inputMode="numeric"
          error={errors.egress?.message}
          {...register('egress')}
        />
      </div>
      {error !== null && <Notice tone="danger">{error}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={busy}>
          {busy ? 'Adding…' : 'Add quota'}
        </Button>
      </div>
    </form>
  );
}
