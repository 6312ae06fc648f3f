/** An origin that no site has: what still has it after parsing has named none of its own. */
const nowhere = 'https://console.invalid';

/**
 * A path of this console to go on to, from what a link says. It is parsed as browsers parse it, since they drop
 * tabs and line breaks and read `\` as `/`; what then belongs to another site is replaced by `usual`.
 */
export const nextPath = (given: unknown, usual: string): string => {
  if (typeof given !== 'string') return usual;
  const url = URL.parse(given, `${nowhere}/`);
  if (url === null || url.origin !== nowhere || !given.startsWith('/')) return usual;
  const path = `${url.pathname}${url.search}${url.hash}`;
  // A path that opens with two slashes, as `/.//a` becomes, names a site when it is read again.
  return path.startsWith('//') ? usual : path;
};
