import type { ApiSettings } from '../settings.ts';

const isHttps = (settings: ApiSettings): boolean => settings.publicUrl.startsWith('https:');

/** `__Host-` binds a cookie to this very host; browsers take it only over https. */
export const cookiePrefix = (settings: ApiSettings): string => (isHttps(settings) ? '__Host-weir' : 'weir');

export const deviceCookieName = (settings: ApiSettings): string => `${cookiePrefix(settings)}.device`;

/** What a cookie has in common with all others of ours. */
export const cookieAttributesOf = (settings: ApiSettings) =>
  ({ secure: isHttps(settings), sameSite: 'lax', httpOnly: true, path: '/' }) as const;
