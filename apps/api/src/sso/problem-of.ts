import { ForbiddenAddress } from '@weir/runtime/guarded-fetch';
import * as oidc from 'openid-client';
import { SsoProblem, type SsoProblemCode } from './sso-problem.ts';

/** What a person is told of whatever the library, the network or the provider made of it. */
export const problemOf = (cause: unknown): SsoProblem =>
  cause instanceof SsoProblem ? cause : new SsoProblem(codeOf(cause), { cause: briefly(cause) });

const codeOf = (cause: unknown): SsoProblemCode => {
  if (chain(cause).some((one) => one instanceof ForbiddenAddress)) return 'sso_provider_forbidden';
  if (cause instanceof oidc.AuthorizationResponseError) {
    return cause.error === 'access_denied' ? 'sso_denied' : 'sso_answer_invalid';
  }
  if (cause instanceof oidc.ResponseBodyError) return ofTokenEndpoint(cause.error);
  if (cause instanceof oidc.WWWAuthenticateChallengeError) return 'sso_client_refused';
  if (cause instanceof oidc.ClientError) {
    if (cause.code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') return 'sso_clock_skew';
    if (cause.code === 'OAUTH_TIMEOUT' || cause.code === 'OAUTH_ABORT') return 'sso_provider_unreachable';
    // Not there, moved, or not well: it is asked again later, not trusted less.
    if (cause.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM') return 'sso_provider_unreachable';
    return chain(cause).some(isOfTheNetwork) ? 'sso_provider_unreachable' : 'sso_answer_invalid';
  }
  return chain(cause).some(isOfTheNetwork) ? 'sso_provider_unreachable' : 'sso_answer_invalid';
};

const ofTokenEndpoint = (error: string): SsoProblemCode => {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return 'sso_client_refused';
    case 'invalid_grant':
      return 'sso_code_refused';
    case 'server_error':
    case 'temporarily_unavailable':
      return 'sso_provider_unreachable';
    default:
      return 'sso_answer_invalid';
  }
};

const causesMax = 8;

const chain = (cause: unknown): readonly unknown[] => {
  const found: unknown[] = [];
  for (let at = cause; at !== undefined && found.length < causesMax; ) {
    found.push(at);
    at = at instanceof Error ? at.cause : undefined;
  }
  return found;
};

const networkCodes =
  /^(UND_ERR_|ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EHOST|ENETUNREACH|EPIPE|ERR_TLS|CERT_|DEPTH_|SELF_|UNABLE_)/;

const isOfTheNetwork = (cause: unknown): boolean => {
  if (!(cause instanceof Error)) return false;
  if (cause.name === 'TimeoutError' || cause.name === 'AbortError') return true;
  // What fetch says of whatever kept it from asking.
  if (cause instanceof TypeError && cause.message === 'fetch failed') return true;
  return 'code' in cause && typeof cause.code === 'string' && networkCodes.test(cause.code);
};

/** For the log: which error, and nothing of what was sent or answered. */
const briefly = (cause: unknown): Error => {
  const parts = chain(cause).flatMap((one) => {
    if (!(one instanceof Error)) return [];
    const code = 'code' in one && typeof one.code === 'string' ? ` ${one.code}` : '';
    const error = 'error' in one && typeof one.error === 'string' ? ` ${one.error.slice(0, 60)}` : '';
    return [`${one.name}${code}${error}`];
  });
  return new Error(parts.join(': ') || 'unknown');
};
