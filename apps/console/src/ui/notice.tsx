import { clsx } from 'clsx';
import type { ReactNode } from 'react';

const tones = {
  danger: 'border-danger/40 bg-danger-wash text-danger',
  good: 'border-good/40 bg-good-wash text-good',
  warn: 'border-warn/40 bg-warn-wash text-warn',
} as const;

/** A sentence that must not be missed. Trouble is announced at once, the rest when there is a pause. */
export function Notice({
  tone,
  children,
}: {
  readonly tone: keyof typeof tones;
  readonly children: ReactNode;
}) {
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={clsx('rounded-md border px-3 py-2', tones[tone])}
    >
      {children}
    </div>
  );
}
