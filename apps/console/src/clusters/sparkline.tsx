'use client';

import { bytesText } from '../ui/figures.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { useUsage } from './use-usage.ts';

const width = 240;
const height = 36;

/** Bytes in and out of the last quarter of an hour, as a shape and in words. */
export function Sparkline({ clusterId }: { readonly clusterId: string }) {
  const { data, isError } = useUsage(clusterId, 'PT10S');
  if (isError) return <p className="text-[13px] text-ink-soft">Usage cannot be read right now.</p>;
  if (data === undefined) return <Skeleton className="h-14" />;
  const totals = data.points.map((point) => point.bytes_in + point.bytes_out);
  const top = Math.max(...totals, 1);
  const step = width / Math.max(totals.length - 1, 1);
  const line = totals
    .map((total, index) => `${index * step},${height - 2 - (total / top) * (height - 4)}`)
    .join(' ');
  const bytesIn = data.points.reduce((sum, point) => sum + point.bytes_in, 0);
  const bytesOut = data.points.reduce((sum, point) => sum + point.bytes_out, 0);
  return (
    <div className="grid gap-1">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="h-9 w-full"
        aria-hidden="true"
      >
        <polyline
          points={line}
          fill="none"
          stroke="var(--accent)"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <p className="text-[13px] text-ink-soft">
        {bytesIn + bytesOut === 0
          ? 'Quiet for the last 15 minutes'
          : `${bytesText(bytesIn)} in, ${bytesText(bytesOut)} out in 15 minutes`}
      </p>
    </div>
  );
}
