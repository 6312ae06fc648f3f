import { createHash } from 'node:crypto';

/** What the chain of an organization begins with. */
export const chainStart = '0'.repeat(64);

/** An event as it is stored: all of it but `hash` is hashed. */
export interface ChainedEvent {
  readonly sequence: bigint;
  readonly previousHash: string;
  readonly hash: string;
  readonly [field: string]: unknown;
}

/** Where a chain has come to. `sequence` 0: nowhere. */
export interface ChainPlace {
  readonly sequence: bigint;
  readonly hash: string;
}

export interface ChainProblem {
  readonly sequence: bigint;
  readonly detail: string;
}

/** What of an event its hash is over: its fields in a fixed order, since Postgres may reorder the keys of stored JSON. */
export const hashedText = ({ hash: _, ...event }: Omit<ChainedEvent, 'hash'> & { readonly hash?: string }) =>
  canonical(event);

export const hashOf = (event: Omit<ChainedEvent, 'hash'>): string =>
  createHash('sha256').update(hashedText(event)).digest('hex');

const canonical = (value: unknown): string => {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
  }
  return JSON.stringify(value);
};

/** How far events, in order, go on from a place as they were written, and what is wrong with the first that does not. */
export const follow = (
  from: ChainPlace,
  events: readonly ChainedEvent[],
): { readonly place: ChainPlace; readonly problem: ChainProblem | null } => {
  let place = from;
  for (const event of events) {
    const detail = problemOf(place, event);
    if (detail !== null) return { place, problem: { sequence: place.sequence + 1n, detail } };
    place = { sequence: event.sequence, hash: event.hash };
  }
  return { place, problem: null };
};

const problemOf = (place: ChainPlace, event: ChainedEvent): string | null => {
  if (event.sequence !== place.sequence + 1n) return `It is missing: after it comes ${event.sequence}.`;
  if (event.previousHash !== place.hash) return 'It was not written after the event that is before it now.';
  if (hashOf(event) !== event.hash) return 'It is not what was written: its content does not give its hash.';
  return null;
};
