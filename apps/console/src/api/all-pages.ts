interface PageOf<T> {
  readonly data: readonly T[];
  readonly metadata: { readonly next?: string | undefined };
}

export const pageSizeMax = 100;
/** More than an organization may have of anything by default. */
const pagesMax = 20;

/** Everything of a list, a page of `pageSizeMax` after the other; what is beyond the bound is left out. */
export async function allPages<T>(
  ask: (page: { readonly page_size: number; readonly page_token?: string }) => Promise<PageOf<T>>,
): Promise<readonly T[]> {
  const found: T[] = [];
  let next: string | null | undefined;
  for (let page = 0; page < pagesMax && next !== null; page++) {
    const after = next === undefined ? {} : { page_token: next };
    const answer = await ask({ page_size: pageSizeMax, ...after });
    found.push(...answer.data);
    next = tokenIn(answer.metadata.next);
  }
  return found;
}

const tokenIn = (url: string | undefined): string | null =>
  url === undefined ? null : new URL(url).searchParams.get('page_token');
