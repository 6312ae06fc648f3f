import { randomBytes } from 'node:crypto';

const nonceBytes = 16;

export const newNonce = (): string => randomBytes(nonceBytes).toString('base64');

/**
 * Scripts run only with this answer's nonce, or because one with it loaded them ('strict-dynamic'); browsers that
 * know neither take those of this origin. Next puts the nonce that it finds in this header of the request on its
 * own scripts. Styles may be inline: React writes them as attributes, and they run nothing.
 * https://nextjs.org/docs/app/guides/content-security-policy
 */
export const contentSecurityPolicy = (nonce: string): string =>
  [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');

export const securityHeaders: readonly (readonly [name: string, value: string])[] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'strict-origin-when-cross-origin'],
  ['Permissions-Policy', 'camera=(), microphone=(), geolocation=()'],
];
