'use client';

import { clsx } from 'clsx';

interface Props<Value> {
  readonly name: string;
  readonly options: readonly { readonly value: Value; readonly words: string }[];
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}

/** One of a few, side by side. */
export function Segments<Value extends string | number>({ name, options, chosen, choose }: Props<Value>) {
  return (
    <fieldset className="flex flex-wrap gap-1">
      <legend className="sr-only">{name}</legend>
      {options.map(({ value, words }) => (
        <button
          key={value}
          type="button"
          aria-pressed={chosen === value}
          onClick={() => choose(value)}
          className={clsx(
            'rounded px-2 py-1 text-[13px]',
            chosen === value ? 'bg-accent-wash font-medium text-accent' : 'text-ink-soft hover:bg-sunken',
          )}
        >
          {words}
        </button>
      ))}
    </fieldset>
  );
}
