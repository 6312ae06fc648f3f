import type { PageQuery } from '@weir/contracts/envelope';
import { z } from 'zod';
import type { Links } from '../platform/links.ts';
import { invalid } from './refused.ts';

/** Where a page starts: after this row, in the order newest first. */
export interface PageStart {
  readonly createdAt: Date;
  readonly id: string;
}

export interface PageRequest {
  readonly size: number;
  readonly after: PageStart | null;
}

/** Times that a date can be, and ids as they are made. */
const Token = z.tuple([z.int().min(0).max(8.64e15), z.string().regex(/^[\x21-\x7e]{1,255}$/)]);

/** Refuses a token that we did not write. */
export const pageRequest = (query: PageQuery): PageRequest => {
  if (query.page_token === undefined) return { size: query.page_size, after: null };
  try {
    const [createdAtMs, id] = Token.parse(JSON.parse(Buffer.from(query.page_token, 'base64url').toString()));
    return { size: query.page_size, after: { createdAt: new Date(createdAtMs), id } };
  } catch {
    // Whatever is wrong with it, the caller can only do one thing.
    throw invalid('The page_token is not one of ours. Take it from metadata.next, or leave it out.');
  }
};

/** The `where` of a page, for stores that order by createdAt and id, both descending. */
export const pageWhere = (after: PageStart | null) =>
  after === null
    ? {}
    : {
        OR: [{ createdAt: { lt: after.createdAt } }, { createdAt: after.createdAt, id: { lt: after.id } }],
      };

export const newestFirst = [{ createdAt: 'desc' as const }, { id: 'desc' as const }];

export interface Page<Row> {
  /** One row more than the page has, if there is another page. */
  readonly rows: readonly Row[];
  readonly total: number;
}

/** Splits off the row that tells of another page and writes the list's metadata. */
export const presentPage = <Row extends { id: string; createdAt: Date }>(
  page: Page<Row>,
  request: PageRequest,
  links: Links,
  path: string,
  filters: Readonly<Record<string, string | readonly string[] | undefined>> = {},
) => {
  const rows = page.rows.slice(0, request.size);
  const last = rows.at(-1);
  const address = (token?: string) => {
    const query = new URLSearchParams({ page_size: String(request.size) });
    for (const [name, value] of Object.entries(filters))
      for (const each of [value ?? []].flat()) query.append(name, each);
    if (token !== undefined) query.set('page_token', token);
    return links.url(`${path}?${query}`);
  };
  const next =
    page.rows.length > request.size && last
      ? {
          next: address(
            Buffer.from(JSON.stringify([last.createdAt.getTime(), last.id])).toString('base64url'),
          ),
        }
      : {};
  return { rows, metadata: { first: address(), ...next, total_size: page.total } };
};
