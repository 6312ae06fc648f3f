import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export interface Column {
  readonly text: string;
  readonly isNumber?: boolean;
  /** Left out where there is little room; so are its cells, by `hidden sm:table-cell`. */
  readonly isWide?: boolean;
}

interface Props {
  readonly columns: readonly Column[];
  /** Rows. */
  readonly children: ReactNode;
}

/** Over the whole width of a card. */
export function Table({ columns, children }: Props) {
  return (
    <table className="w-full text-left">
      <thead className="text-[13px] text-ink-soft">
        <tr className="border-b border-line">
          {columns.map(({ isNumber = false, isWide = false, text }) => (
            <th
              key={text}
              scope="col"
              className={clsx(
                'px-2 py-2 font-medium sm:px-4',
                isNumber && 'text-right',
                isWide && 'hidden sm:table-cell',
              )}
            >
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}
