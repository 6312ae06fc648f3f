'use client';

import { useQuery } from '@tanstack/react-query';
import { type ApiKey, listApiKeys } from '@weir/contracts/iam';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { RevokeKey } from './revoke-key.tsx';

interface Props {
  readonly clusterId: string;
  readonly bootstrap: string;
}

export function KeyTable({ clusterId, bootstrap }: Props) {
  const [creating, setCreating] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['keys', clusterId],
    queryFn: ({ signal }) =>
      call(listApiKeys, { query: { 'spec.resource': clusterId, page_size: 100 } }, signal),
  });
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <KeyRound aria-hidden="true" size={15} />
      Create key
    </Button>
  );
  return (
    <div className="grid grid-cols-1 gap-4">
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      {data === undefined && error === null && <Skeleton className="h-40" />}
      {data?.data.length === 0 && (
        <div className="grid justify-items-center gap-3 rounded-lg border border-dashed border-line-strong bg-surface px-6 py-12 text-center">
          <h2 className="text-[15px] font-semibold">No keys yet</h2>
          <p className="max-w-md text-ink-soft">
            A key is what a client signs in with. It works from the moment you see it.
          </p>
          {create}
        </div>
      )}
      {data !== undefined && data.data.length > 0 && (
        <>
          <div className="flex justify-end">{create}</div>
          <Table clusterId={clusterId} keys={data.data} />
        </>
      )}
      <CreateKeyDialog
        clusterId={clusterId}
        bootstrap={bootstrap}
        open={creating}
        onOpenChange={setCreating}
      />
    </div>
  );
}

function Table({ clusterId, keys }: { readonly clusterId: string; readonly keys: readonly ApiKey[] }) {
  return (
    <Card>
      <table className="w-full text-left">
        <thead className="text-[13px] text-ink-soft">
          <tr className="border-b border-line">
            <th scope="col" className="px-4 py-2 font-medium">
              Key
            </th>
            <th scope="col" className="hidden px-4 py-2 font-medium sm:table-cell">
              Acts for
            </th>
            <th scope="col" className="hidden px-4 py-2 font-medium md:table-cell">
              Created
            </th>
            <th scope="col" className="px-4 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className="border-b border-line last:border-0">
              <th scope="row" className="px-4 py-2 font-normal">
                <span className="block font-medium">{key.spec.display_name || 'Unnamed key'}</span>
                <span className="font-mono text-[13px] text-ink-soft">{key.id}</span>
              </th>
              <td className="hidden px-4 py-2 font-mono text-[13px] sm:table-cell">{key.spec.owner.id}</td>
              <td className="hidden px-4 py-2 text-[13px] md:table-cell">
                {dateText(key.metadata.created_at)}
              </td>
              <td className="px-4 py-2 text-right">
                <RevokeKey clusterId={clusterId} apiKey={key} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
