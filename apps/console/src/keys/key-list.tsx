'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { listApiKeys } from '@weir/contracts/iam';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import { countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { CreateKeyDialog, type KeyGoal } from './create-key-dialog.tsx';
import { filterQuery, noFilter } from './key-filter.ts';
import { KeyFilters } from './key-filters.tsx';
import { KeyTable } from './key-table.tsx';

interface Props {
  /** What a new key opens; where that is a cluster, only its keys are shown. */
  readonly goal: KeyGoal;
  readonly clusters: readonly { readonly id: string; readonly name: string }[] | null;
  /** Only keys that act for it are shown and made. */
  readonly ownerId?: string;
}

const pageSize = 25;
const refreshMs = 15_000;

export function KeyList({ goal, clusters, ownerId }: Props) {
  const [isCreating, setCreating] = useState(false);
  const initial = { ...noFilter, owner: ownerId ?? '' };
  const [filter, setFilter] = useState(initial);
  /** Tokens of the pages up to the one that is shown. */
  const [tokens, setTokens] = useState<readonly string[]>([]);
  const isOfCluster = goal !== 'cloud';
  const token = tokens.at(-1);
  const { data, error, dataUpdatedAt } = useQuery({
    queryKey: ['keys', 'list', isOfCluster ? goal.id : '', filter, token ?? ''],
    queryFn: ({ signal }) =>
      call(
        listApiKeys,
        {
          query: {
            ...filterQuery(isOfCluster ? { ...filter, resource: goal.id } : filter, Date.now()),
            page_size: pageSize,
            ...(token === undefined ? {} : { page_token: token }),
          },
        },
        signal,
      ),
    refetchInterval: refreshMs,
    placeholderData: keepPreviousData,
  });
  const isFiltered = filter.owner !== initial.owner || filter.state !== '' || filter.resource !== '';
  const next =
    data?.metadata.next === undefined ? null : new URL(data.metadata.next).searchParams.get('page_token');
  const create = (
    <Button look="primary" onClick={() => setCreating(true)}>
      <KeyRound aria-hidden="true" size={15} />
      {isOfCluster || ownerId !== undefined ? 'Create key' : 'Create cloud key'}
    </Button>
  );
  const isEmpty = data?.data.length === 0 && !isFiltered && token === undefined;
  return (
    <div className="grid grid-cols-1 gap-4">
      {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
      {data === undefined && error === null && <Skeleton className="h-40" />}
      {isEmpty && (
        <NoKeys isOfCluster={isOfCluster} isOfOwner={ownerId !== undefined}>
          {create}
        </NoKeys>
      )}
      {data !== undefined && !isEmpty && (
        <>
          <div className="flex flex-wrap items-end justify-between gap-3">
            <KeyFilters
              filter={filter}
              clusters={clusters}
              isOwnerSettled={ownerId !== undefined}
              onChange={(changed) => {
                setFilter(changed);
                setTokens([]);
              }}
            />
            {create}
          </div>
          {data.data.length === 0 ? (
            <p className="rounded-lg border border-line bg-surface px-4 py-8 text-center text-ink-soft">
              No key is like that.
            </p>
          ) : (
            <KeyTable
              keys={data.data}
              isOfCluster={isOfCluster}
              isOfOwner={ownerId !== undefined}
              now={dataUpdatedAt}
            />
          )}
          <div className="flex flex-wrap items-center justify-between gap-3 text-[13px] text-ink-soft">
            <p>{countText(data.metadata.total_size)} in all</p>
            <div className="flex gap-2">
              <Button
                size="small"
                disabled={token === undefined}
                onClick={() => setTokens(tokens.slice(0, -1))}
              >
                Newer
              </Button>
              <Button
                size="small"
                disabled={next === null}
                onClick={() => next !== null && setTokens([...tokens, next])}
              >
                Older
              </Button>
            </div>
          </div>
        </>
      )}
      <CreateKeyDialog
        goal={goal}
        {...(ownerId === undefined ? {} : { forOwner: { id: ownerId, clusters: clusters ?? [] } })}
        open={isCreating}
        onOpenChange={setCreating}
      />
    </div>
  );
}

function NoKeys({
  isOfCluster,
  isOfOwner,
  children,
}: {
  readonly isOfCluster: boolean;
  readonly isOfOwner: boolean;
  readonly children: React.ReactNode;
}) {
  return (
    <EmptyState title="No keys yet" action={children}>
      {isOfCluster || isOfOwner
        ? 'A key is what a client signs in with. It works from the moment you see it.'
        : 'Keys of clusters are made on their cluster’s page. A cloud key opens the API, as Terraform and scripts need.'}
    </EmptyState>
  );
}
