'use client';

import { useQuery } from '@tanstack/react-query';
import { listCosts } from '@weir/contracts/billing';
import type { SpendLimit } from '@weir/contracts/spend-limits';
import { amountText } from '@weir/contracts/words/amount-text';
import { call } from '../api/browser.ts';
import { type SpendScopeChoice, scopeName } from './spend-scope-choice.ts';

const shown = 5;
/** One row for each, of the limit's period and of nothing before it. */
const granularities = { HOUR: 'PT1H', DAY: 'P1D', MONTH: 'P1M' } as const;

interface Props {
  readonly limit: SpendLimit;
  readonly from: string;
  /** By which clusters and keys are called by their names. */
  readonly scopes: readonly SpendScopeChoice[];
}

/** Who used a limit up: the keys and owners that spent most in its period. */
export function SpentBy({ from, limit, scopes }: Props) {
  const { scope } = limit.spec;
  const { data } = useQuery({
    queryKey: ['billing', 'spent-by', limit.id, from],
    queryFn: ({ signal }) => {
      const filter = {
        ...(scope.kind === 'cluster' ? { cluster: scope.id } : {}),
        ...(scope.kind === 'environment' ? { environment: scope.id } : {}),
        ...(scope.kind === 'service-account' ? { principal: scope.id } : {}),
        ...(scope.kind === 'api-key' ? { api_key: scope.id } : {}),
      };
      const by: ('cluster' | 'api_key')[] = ['cluster', 'api_key'];
      const asked = {
        ...filter,
        from,
        granularity: granularities[limit.spec.period],
        group_by: by,
        order_by: 'AMOUNT' as const,
        page_size: shown,
      };
      return call(listCosts, { query: asked }, signal);
    },
  });
  const most = data?.data ?? [];
  if (most.length === 0) return null;
  return (
    <ol className="grid gap-1 text-[13px]" aria-label={`Who spent most of ${limit.spec.display_name}`}>
      {most.map((cost) => (
        <li key={`${cost.cluster} ${cost.api_key}`} className="flex justify-between gap-4">
          <span className="break-words">
            {scopeName(scopes, { kind: 'cluster', id: cost.cluster ?? '' })}:{' '}
            {cost.api_key === '' || cost.api_key === undefined
              ? 'by itself, or without a key'
              : scopeName(scopes, { kind: 'api-key', id: cost.api_key })}
          </span>
          <span className="tabular-nums">{amountText(cost.amount)}</span>
        </li>
      ))}
    </ol>
  );
}
