'use client';

import { useQuery } from '@tanstack/react-query';
import { type AppliedQuota, listAppliedQuotas } from '@weir/contracts/quotas';
import { clsx } from 'clsx';
import { call, sentenceOf } from '../api/browser.ts';
import { limitText } from '../clusters/limit-texts.ts';
import { Card } from '../ui/card.tsx';
import { binaryBytesText, countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { adviceOf, brokerNameOf, limitUse } from './limit-use.ts';

const refreshMs = 15_000;

interface Props {
  readonly title: string;
  readonly query: { readonly scope: AppliedQuota['scope']; readonly kafka_cluster?: string };
}

/** Limits with what is used of them; where one is near, what to do. */
export function LimitCard({ title, query }: Props) {
  const { data, error } = useQuery({
    queryKey: ['limits', query],
    queryFn: async ({ signal }) =>
      (await call(listAppliedQuotas, { query: { ...query, page_size: 100 } }, signal)).data,
    refetchInterval: refreshMs,
  });
  return (
    <Card title={title}>
      {error !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(error)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-32" />}
      <ul aria-label={title}>
        {data?.map((quota) => (
          <Row key={quota.id} quota={quota} />
        ))}
      </ul>
    </Card>
  );
}

const barLooks = { calm: 'bg-accent', near: 'bg-warn', reached: 'bg-danger' } as const;

function Row({ quota }: { readonly quota: AppliedQuota }) {
  const { share, state } = limitUse(quota);
  const text = quota.id.includes('bytes') ? binaryBytesText : countText;
  const name = brokerNameOf(quota.id);
  return (
    <li className="grid gap-1.5 border-b border-line px-4 py-3 last:border-0">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="font-medium">{quota.display_name}</span>
        <span className="text-[13px] tabular-nums text-ink-soft">
          {text(quota.usage)} of {text(quota.applied_limit)}
        </span>
      </div>
      <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-sunken">
        <div className={clsx('h-full', barLooks[state])} style={{ width: `${share * 100}%` }} />
      </div>
      {state !== 'calm' && (
        <p className={clsx('text-[13px]', state === 'near' ? 'text-warn' : 'text-danger')}>
          {state === 'near' ? 'Nearly used up. ' : 'Used up. '}
          {name === null ? adviceOf(quota.id) : `${limitText(name).effect} ${limitText(name).advice}`}
        </p>
      )}
    </li>
  );
}
