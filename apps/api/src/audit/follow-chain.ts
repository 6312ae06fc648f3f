import { type ChainPlace, type ChainProblem, chainStart, follow } from '@weir/audit-log/chain';
import { Prisma } from '@weir/db/control';
import type { AuditReaderStore } from './audit-reader.store.ts';

export interface CheckedChain {
  /** Null: there was nothing behind where it began. */
  readonly checked: { readonly from: bigint; readonly to: bigint } | null;
  readonly problem: ChainProblem | null;
  /** Up to where all is well. */
  readonly place: ChainPlace;
  readonly isAtEnd: boolean;
}

/** From where, and with what hash of the event there in mind. */
export interface ChainBegin {
  readonly after: bigint;
  readonly hash: string | undefined;
}

/** So many at once; hashing them takes some milliseconds. */
const readAtOnce = 250;

/** Looks at some `countMax` events behind a place of an organization's log. */
export async function followChain(
  reader: AuditReaderStore,
  organizationId: string,
  { after, hash }: ChainBegin,
  countMax: bigint,
): Promise<CheckedChain> {
  let { place, problem } = await begin(reader, organizationId, { after, hash });
  let isAtEnd = problem !== null;
  const all = Prisma.sql`organization_id = ${organizationId}::uuid`;
  while (!isAtEnd && place.sequence - after < countMax) {
    const rows = await reader.read(all, { above: place.sequence, limit: readAtOnce });
    ({ place, problem } = follow(place, rows));
    isAtEnd = problem !== null || rows.length < readAtOnce;
  }
  const from = after + 1n;
  const checked = place.sequence < from ? null : { from, to: place.sequence };
  return { checked, problem, place, isAtEnd };
}

/** The event where it begins, which may be gone, or another one than somebody remembers. */
async function begin(
  reader: AuditReaderStore,
  organizationId: string,
  { after, hash }: ChainBegin,
): Promise<{ place: ChainPlace; problem: ChainProblem | null }> {
  const start = { sequence: after, hash: chainStart };
  const found = after === 0n ? start : await reader.find(organizationId, after);
  const before = { sequence: after - 1n, hash: '' };
  if (found === null)
    return { place: before, problem: { sequence: after, detail: 'It is not there any more.' } };
  if (hash !== undefined && hash !== found.hash) {
    return {
      place: before,
      problem: { sequence: after, detail: 'It has not the hash that you have noted.' },
    };
  }
  return { place: { sequence: after, hash: found.hash }, problem: null };
}
