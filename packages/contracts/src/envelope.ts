import { z } from 'zod';
import { askableText, plainLine } from './plain-text.ts';

/** Milliseconds are kept; the zone is always UTC. */
export const Timestamp = z.iso.datetime({ precision: 3 }).meta({ example: '2026-01-31T09:15:00.000Z' });

/** Inclusive, in milliseconds since the epoch: what every store and every reply can hold, whatever is rounded. */
export const momentMsMin = 0;
export const momentMsMax = Date.UTC(9998, 11, 31);

/** A time that somebody asks about. */
export const Moment = z.iso.datetime({ offset: true }).refine((text) => {
  const ms = Date.parse(text);
  return ms >= momentMsMin && ms <= momentMsMax;
}, 'A time lies between the years 1970 and 9998.');

export const ObjectMetadata = z
  .object({
    self: z.url().describe('Where this object is read.'),
    resource_name: z.string().describe('Names the object uniquely, with everything it lies in.'),
    created_at: Timestamp,
    updated_at: Timestamp,
  })
  .meta({ id: 'ObjectMetadata' });

export const ListMetadata = z
  .object({
    first: z.url(),
    prev: z.url().optional(),
    next: z.url().optional().describe('The next page; absent on the last one.'),
    total_size: z.int().nonnegative(),
  })
  .meta({ id: 'ListMetadata' });

/** What every object of the control plane opens with. */
export const head = <Version extends string, Kind extends string>(version: Version, kind: Kind) => ({
  api_version: z.literal(version),
  kind: z.literal(kind),
  metadata: ObjectMetadata,
});

/** A page of objects, as control-plane lists answer. */
export const list = <Version extends string, Kind extends string, Item extends z.ZodType>(
  version: Version,
  kind: Kind,
  item: Item,
) =>
  z.object({
    api_version: z.literal(version),
    kind: z.literal(kind),
    metadata: ListMetadata,
    data: z.array(item),
  });

/** How one object points at another in a reply. */
export const Reference = z
  .object({ id: z.string(), related: z.url(), resource_name: z.string() })
  .meta({ id: 'Reference' });

/** How a request points at another object: the id is enough, what else was copied from a reply is ignored. */
export const ReferenceInput = z.object({ id: z.string().min(1).max(255).overwrite(askableText) });

export const displayName = plainLine(
  z
    .string()
    .trim()
    .min(1, 'Give it a name of at least one character.')
    .max(64, 'A name has at most 64 characters.'),
).meta({ example: 'orders' });

/** Lists: how many objects a page has, and which page. */
export const PageQuery = z.object({
  page_size: z.coerce.number().int().min(1).max(100).default(10).describe('Objects a page, 100 at most.'),
  page_token: z.string().max(1024).optional().describe('Opaque; taken from metadata.next.'),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** Text booleans of a query string; anything but true and false is refused. */
export const queryBoolean = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

/** Writes: check and answer as if it had been done, but do nothing. */
export const DryRunQuery = z.object({
  dry_run: queryBoolean.describe('Answer what would happen and change nothing.'),
});
