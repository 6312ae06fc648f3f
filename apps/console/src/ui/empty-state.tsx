import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  /** What it is, and how the first one comes to be. */
  readonly children: ReactNode;
  /** The next step. */
  readonly action?: ReactNode;
}

/** In place of a list that has nothing in it yet. */
export function EmptyState({ title, children, action }: Props) {
  return (
    <div className="grid justify-items-center gap-3 rounded-lg border border-dashed border-line-strong bg-surface px-6 py-12 text-center">
      <h2 className="text-[15px] font-semibold">{title}</h2>
      <p className="max-w-md text-ink-soft">{children}</p>
      {action}
    </div>
  );
}
