import { forbidden } from './refused.ts';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends the session cookie wherever a page points it, but it also says which page that was. A change
 * that comes with a cookie must come from our console or our own docs page. Other programs send no Origin.
 */
export const requireSameOrigin = (
  request: { readonly method: string; get(name: string): string | undefined },
  trustedOrigins: readonly string[],
): void => {
  if (reading.has(request.method)) return;
  const origin = request.get('origin');
  const site = request.get('sec-fetch-site');
  const foreign = origin === undefined ? site === 'cross-site' : !trustedOrigins.includes(origin);
  if (foreign)
    throw forbidden('This change came from a page of another site. Use the console, or an API key.');
};
