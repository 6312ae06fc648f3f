'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';

interface Props {
  readonly href: string;
  /** Only this very page, not those below it. */
  readonly exact?: boolean;
  readonly children: ReactNode;
}

export function NavLink({ href, exact = false, children }: Props) {
  const path = usePathname();
  const isHere = path === href || (!exact && path.startsWith(`${href}/`));
  return (
    <Link
      href={href}
      aria-current={isHere ? 'page' : undefined}
      className={clsx(
        'rounded-md px-2 py-1.5 sm:px-2.5 font-medium whitespace-nowrap transition-colors',
        isHere ? 'bg-accent-wash text-accent' : 'text-ink-soft hover:bg-sunken hover:text-ink',
      )}
    >
      {children}
    </Link>
  );
}
