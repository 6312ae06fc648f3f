import { isLoopback } from '@weir/runtime/broker-doors';
import { EnvError } from '@weir/runtime/env';

export interface TokenIssuerSettings {
  readonly issuer: string;
  /** Where its keys are (RFC 7517). */
  readonly jwksUrl: string;
}

/** Null: nobody's tokens are believed. Throws EnvError for an address that is none, or not safe. */
export function tokenIssuer(issuer: string, jwksUrl: string): TokenIssuerSettings | null {
  if (issuer === '' && jwksUrl === '') return null;
  if (issuer === '' || jwksUrl === '') {
    const missing = issuer === '' ? 'WEIR_OAUTH_ISSUER' : 'WEIR_OAUTH_JWKS_URL';
    throw new EnvError([
      `${missing} is missing: tokens are believed of an issuer, by the keys at its address.`,
    ]);
  }
  const url = URL.canParse(jwksUrl) ? new URL(jwksUrl) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) {
    throw new EnvError([
      `WEIR_OAUTH_JWKS_URL is ${JSON.stringify(jwksUrl)} and is not valid: it must be an https URL, or one of this machine.`,
    ]);
  }
  return { issuer, jwksUrl };
}
