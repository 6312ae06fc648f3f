/**
 * Whether a store can be asked about the text: Postgres takes neither NUL nor half a surrogate pair, so
 * nothing is called so.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
