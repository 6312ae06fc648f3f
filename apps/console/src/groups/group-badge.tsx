import type { ConsumerGroup } from '@weir/contracts/consumer-groups';
import { clsx } from 'clsx';

type State = ConsumerGroup['state'];

const looks: Readonly<Record<State, { readonly words: string; readonly className: string }>> = {
  STABLE: { words: 'Stable', className: 'bg-good-wash text-good' },
  PREPARING_REBALANCE: { words: 'Rebalancing', className: 'bg-warn-wash text-warn' },
  COMPLETING_REBALANCE: { words: 'Rebalancing', className: 'bg-warn-wash text-warn' },
  EMPTY: { words: 'Empty', className: 'bg-sunken text-ink-soft' },
  DEAD: { words: 'Gone', className: 'bg-sunken text-ink-soft' },
  UNKNOWN: { words: 'Not known', className: 'bg-sunken text-ink-soft' },
};

/** What a group does, in Kafka's words. */
export function GroupBadge({ state }: { readonly state: State }) {
  const { words, className } = looks[state];
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-[12px] font-medium whitespace-nowrap',
        className,
      )}
    >
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {words}
    </span>
  );
}
