'use client';

import { useQuery } from '@tanstack/react-query';
import type { DryRunCost } from '@weir/contracts/dry-run-cost';
import { amountText } from '@weir/contracts/words/amount-text';
import { useEffect, useState } from 'react';

interface Props {
  /** What the change is, as far as the answer hangs on it: asked again once this has stayed the same for a moment. */
  readonly about: string;
  /** Asks for a dry run of it. Null: there is nothing to ask yet. */
  readonly ask: ((signal: AbortSignal) => Promise<DryRunCost | undefined>) | null;
}

const restMs = 300;

/** By how much a month costs more after a change, before it is made. Says nothing of a change that would be refused. */
export function MonthlyCost({ about, ask }: Props) {
  const [asked, setAsked] = useState(about);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(about), restMs);
    return () => clearTimeout(timer);
  }, [about]);
  const { data } = useQuery({
    queryKey: ['monthly-cost', asked],
    queryFn: async ({ signal }) => (await ask?.(signal)) ?? null,
    enabled: ask !== null && asked === about,
    retry: false,
  });
  return (
    <p className="min-h-5 text-[13px] text-ink-soft" role="status">
      {data && asked === about && wordsOf(data)}
    </p>
  );
}

function wordsOf({ monthly_amount: amount }: DryRunCost): string {
  if (/^-?0\.0+$/.test(amount)) return 'Costs nothing more or less by itself: what is used is paid for.';
  return amount.startsWith('-')
    ? `Costs ${amountText(amount.slice(1))} a month less, beside what is used.`
    : `Costs ${amountText(amount)} a month more, beside what is used.`;
}
