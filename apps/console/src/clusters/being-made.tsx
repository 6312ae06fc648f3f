'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

const lookEveryMs = 1_500;

/** A cluster whose own brokers are being started: the page looks again until it has an address. */
export function BeingMade() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => router.refresh(), lookEveryMs);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <div
      role="status"
      className="grid justify-items-center gap-2 rounded-lg border border-dashed border-line-strong bg-surface px-6 py-16 text-center"
    >
      <h2 className="text-lg font-semibold">Its brokers are being started</h2>
      <p className="max-w-md text-ink-soft">
        That takes less than a minute. Then the address for your clients stands here, and stays the same for
        as long as the cluster is there.
      </p>
    </div>
  );
}
