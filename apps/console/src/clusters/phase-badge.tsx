import type { Cluster } from '@weir/contracts/clusters';
import { clsx } from 'clsx';

type Phase = Cluster['status']['phase'];

const looks: Readonly<Record<Phase, { readonly words: string; readonly className: string }>> = {
  PROVISIONED: { words: 'Ready', className: 'bg-good-wash text-good' },
  PROVISIONING: { words: 'Being prepared', className: 'bg-warn-wash text-warn' },
  DELETING: { words: 'Being deleted', className: 'bg-warn-wash text-warn' },
  FAILED: { words: 'Failed', className: 'bg-danger-wash text-danger' },
};

export function PhaseBadge({ phase }: { readonly phase: Phase }) {
  const { words, className } = looks[phase];
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-[12px] font-medium',
        className,
      )}
    >
      <span aria-hidden="true" className="size-1.5 rounded-full bg-current" />
      {words}
    </span>
  );
}
