import { z } from 'zod';
import { invalid } from './refused.ts';

// For lists whose rows have no place of their own: the token of a page says how many rows come before it.

const rowsMax = 1_000_000;
const Token = z.tuple([z.int().min(0).max(rowsMax)]);

export const offsetToken = (offset: number): string =>
  Buffer.from(JSON.stringify([offset])).toString('base64url');

/** Rows before the page. Refuses a token that we did not write. */
export const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  try {
    return Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))[0];
  } catch {
    // Whatever is wrong with it, the caller can only do one thing.
    throw invalid('The page_token is not one of ours. Take it from metadata.next, or leave it out.');
  }
};
