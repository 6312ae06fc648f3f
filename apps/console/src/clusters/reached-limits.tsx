'use client';

import { useQuery } from '@tanstack/react-query';
import { listReachedLimits, type ReachedLimit } from '@weir/contracts/clusters';
import { call } from '../api/browser.ts';
import { countText, dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { isReachedNow, limitText } from './limit-texts.ts';

const refreshMs = 15_000;
const hours = 24;

/** Which limits slowed or refused the cluster in the last day; nothing where none did. */
export function ReachedLimits({
  clusterId,
  initial,
}: {
  readonly clusterId: string;
  readonly initial: readonly ReachedLimit[];
}) {
  // Until it was asked again, what came with the page stands; a failure to ask takes nothing away.
  const { data = initial, dataUpdatedAt } = useQuery({
    queryKey: ['reached-limits', clusterId],
    queryFn: async ({ signal }) =>
      (await call(listReachedLimits, { params: { id: clusterId }, query: { hours } }, signal)).data,
    refetchInterval: refreshMs,
  });
  if (data.length === 0) return null;
  return (
    <section aria-label="Limits that this cluster reached">
      <Notice tone="warn">
        <ul className="grid gap-3">
          {data.map((reached) => (
            <li key={reached.limit}>
              <Reached reached={reached} now={dataUpdatedAt} />
            </li>
          ))}
        </ul>
      </Notice>
    </section>
  );
}

/** `now` 0: not known yet, so that server and browser say the same at first. */
function Reached({ reached, now }: { readonly reached: ReachedLimit; readonly now: number }) {
  const { what, effect, advice } = limitText(reached.limit);
  const last = dateText(reached.last_reached_at);
  const goesOn = now > 0 && isReachedNow(reached, now);
  return (
    <>
      <p className="font-medium">
        You reached your limit of {what}, since {dateText(reached.since)}
        {goesOn ? ', and still do' : `, last at ${last}`}.
      </p>
      <p className="text-[13px] text-ink">
        {effect} {advice}
      </p>
      <p className="text-[13px] text-ink-soft">
        <span className="font-mono break-all">{reached.limit}</span>, {countText(reached.count)}{' '}
        {reached.count === 1 ? 'time' : 'times'} in the last day
      </p>
    </>
  );
}
