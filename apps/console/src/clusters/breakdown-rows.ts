import type { UsageBreakdown } from '@weir/contracts/usage';

type Part = UsageBreakdown['data'][number];

/** What one topic, principal or key wrote and read in a span, and in as long a one before it. In bytes. */
export interface BreakdownRow {
  readonly name: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly bytesInBefore: number;
  readonly bytesOutBefore: number;
}

/** Whoever moved most first; with those that only moved something before, last. Pure. */
export function breakdownRows(now: readonly Part[], before: readonly Part[]): readonly BreakdownRow[] {
  const names = new Set([...now, ...before].map(({ name }) => name));
  const [current, earlier] = [byName(now), byName(before)];
  return [...names]
    .map((name) => ({
      name,
      bytesIn: current.get(`bytes_in ${name}`) ?? 0,
      bytesOut: current.get(`bytes_out ${name}`) ?? 0,
      bytesInBefore: earlier.get(`bytes_in ${name}`) ?? 0,
      bytesOutBefore: earlier.get(`bytes_out ${name}`) ?? 0,
    }))
    .toSorted((one, other) => moved(other) - moved(one) || movedBefore(other) - movedBefore(one));
}

const byName = (parts: readonly Part[]): ReadonlyMap<string, number> =>
  new Map(parts.map(({ meter, name, quantity }) => [`${meter} ${name}`, quantity]));

const moved = ({ bytesIn, bytesOut }: BreakdownRow) => bytesIn + bytesOut;
const movedBefore = ({ bytesInBefore, bytesOutBefore }: BreakdownRow) => bytesInBefore + bytesOutBefore;
