'use client';

import { type ReactNode, type SelectHTMLAttributes, useId } from 'react';
import { inputClass } from './field.tsx';

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  readonly label: string;
  readonly hint?: ReactNode;
  /** `option` and `optgroup`. */
  readonly children: ReactNode;
}

/** One of several: the browser's own list, which every keyboard and screen reader knows. */
export function Select({ label, hint, children, ...select }: Props) {
  const id = useId();
  return (
    <div className="grid min-w-0 gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <select
        {...select}
        id={id}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className={inputClass}
      >
        {children}
      </select>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-[13px] text-ink-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
