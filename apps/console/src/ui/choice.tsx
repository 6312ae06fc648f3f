'use client';

import type { ReactNode, SelectHTMLAttributes } from 'react';
import { Select } from './select.tsx';

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly options: readonly { readonly value: string; readonly text: string }[];
}

/** One of a few, by their words. */
export function Choice({ options, ...select }: Props) {
  return (
    <Select {...select}>
      {options.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </Select>
  );
}
