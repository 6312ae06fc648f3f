import { readFileSync } from 'node:fs';
import { descriptorsReservedMin, openFilesMax } from '../limits.ts';

/** Kafka's own advice is 100,000; where nothing can be asked, what most systems give. */
const limitWhereUnknown = 1_024;

/** How many descriptors this process may have, by the kernel's word. */
export function descriptorLimit(): number {
  try {
    const found = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    if (found === null) return limitWhereUnknown;
    return found[1] === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(found[1]);
  } catch {
    // Not a Linux: nothing there tells it without a native call.
    return limitWhereUnknown;
  }
}

/**
 * How many of them files may hold: half of what is left beside the reserve, so that as many connections can
 * be accepted, and a few in any case, as nothing works without.
 */
export function openFilesWithin(limit: number): number {
  const half = Math.floor((limit - descriptorsReservedMin) / 2);
  return Math.min(Math.max(half, 32), openFilesMax);
}
