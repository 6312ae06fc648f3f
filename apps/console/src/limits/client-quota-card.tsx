'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type ClientQuota,
  createClientQuota,
  deleteClientQuota,
  listClientQuotas,
} from '@weir/contracts/client-quotas';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { binaryBytesText } from '../ui/figures.ts';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ClientQuotaForm, type WantedQuota } from './client-quota-form.tsx';

interface Props {
  readonly clusterId: string;
  readonly environmentId: string;
}

/** What single clients of a cluster may use. */
export function ClientQuotaCard({ clusterId, environmentId }: Props) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const queryKey = ['client-quotas', clusterId];
  const { data, error } = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const query = { 'spec.cluster': clusterId, environment: environmentId, page_size: 100 };
      return (await call(listClientQuotas, { query }, signal)).data;
    },
  });
  const changed = () => queries.invalidateQueries({ queryKey });
  const create = useMutation({
    mutationFn: ({ name, principal, ingress, egress }: WantedQuota) =>
      call(createClientQuota, {
        body: {
          spec: {
            display_name: name,
            throughput: { ingress_byte_rate: ingress, egress_byte_rate: egress },
            cluster: { id: clusterId },
            environment: { id: environmentId },
            principals: [{ id: principal }],
          },
        },
      }),
    onSuccess: async () => {
      setOpen(false);
      await changed();
    },
  });
  const remove = useMutation({
    mutationFn: (id: string) => call(deleteClientQuota, { params: { id } }),
    onSettled: changed,
  });
  const refusal = error ?? remove.error;
  return (
    <Card
      title="Quotas of clients"
      aside={
        <Button size="small" onClick={() => setOpen(true)}>
          Add quota
        </Button>
      }
    >
      {refusal !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(refusal)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-16" />}
      {data?.length === 0 && (
        <p className="px-4 py-6 text-center text-ink-soft">
          Every client may use all that the cluster has. A quota keeps one from taking it from the others.
        </p>
      )}
      <ul aria-label="Quotas of clients">
        {data?.map((quota) => (
          <Row
            key={quota.id}
            quota={quota}
            busy={remove.isPending && remove.variables === quota.id}
            onDelete={() => remove.mutate(quota.id)}
          />
        ))}
      </ul>
      <Modal
        open={isOpen}
        onOpenChange={setOpen}
        title="Limit a client"
        description="It holds over all brokers, within 5 seconds. Who goes beyond it waits; nothing is refused."
      >
        <ClientQuotaForm
          clusterId={clusterId}
          busy={create.isPending}
          error={create.error === null ? null : sentenceOf(create.error)}
          onSubmit={(wanted) => create.mutate(wanted)}
        />
      </Modal>
    </Card>
  );
}

interface RowProps {
  readonly quota: ClientQuota;
  readonly busy: boolean;
  readonly onDelete: () => void;
}

function Row({ quota: { spec }, busy, onDelete }: RowProps) {
  const { egress_byte_rate, ingress_byte_rate } = spec.throughput;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0 text-[13px]">
        <p className="text-sm font-medium break-words">{spec.display_name}</p>
        <p className="font-mono break-all text-ink-soft">{spec.principals.map(({ id }) => id).join(', ')}</p>
        <p className="text-ink-soft">
          writes {binaryBytesText(Number(ingress_byte_rate))}/s, reads{' '}
          {binaryBytesText(Number(egress_byte_rate))}/s
        </p>
      </div>
      <Button
        look="danger"
        size="small"
        busy={busy}
        aria-label={`Delete quota ${spec.display_name}`}
        onClick={onDelete}
      >
        Delete
      </Button>
    </li>
  );
}
