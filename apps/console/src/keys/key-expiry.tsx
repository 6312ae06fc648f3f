import { dateText } from '../ui/figures.ts';

const soonMs = 7 * 86_400_000;

/** When a key ends, and whether that is near. `now` 0: not known yet, so that server and browser say the same at first. */
export function KeyExpiry({ at, now }: { readonly at: string | undefined; readonly now: number }) {
  if (at === undefined) return <span className="text-ink-soft">Never</span>;
  const leftMs = now === 0 ? Number.POSITIVE_INFINITY : Date.parse(at) - now;
  return (
    <>
      <span className="block tabular-nums">{dateText(at)}</span>
      {leftMs <= 0 && <span className="font-medium text-danger">expired</span>}
      {leftMs > 0 && leftMs <= soonMs && <span className="font-medium text-warn">soon</span>}
    </>
  );
}
