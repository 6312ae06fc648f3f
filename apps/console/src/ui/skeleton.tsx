import { clsx } from 'clsx';

/** Holds the place of what is being fetched. */
export function Skeleton({ className }: { readonly className: string }) {
  return (
    <div aria-hidden="true" className={clsx('motion-safe:animate-pulse rounded bg-sunken', className)} />
  );
}
