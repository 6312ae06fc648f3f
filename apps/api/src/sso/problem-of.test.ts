import { ForbiddenAddress } from '@weir/runtime/guarded-fetch';
import * as oidc from 'openid-client';
import { expect, it } from 'vitest';
import { problemOf } from './problem-of.ts';
import { SsoProblem } from './sso-problem.ts';

const secret = 'a-client-secret-or-a-token';
const client = (code: string) => Object.assign(new oidc.ClientError(secret), { code });
const network = (code: string) => Object.assign(new Error(`to ${secret}`), { code });

it.each([
  ['sso_provider_unreachable', new TypeError('fetch failed', { cause: network('ECONNREFUSED') })],
  ['sso_provider_unreachable', client('OAUTH_TIMEOUT')],
  ['sso_provider_forbidden', new TypeError('fetch failed', { cause: new ForbiddenAddress(secret) })],
  ['sso_clock_skew', client('OAUTH_JWT_TIMESTAMP_CHECK_FAILED')],
  ['sso_answer_invalid', client('OAUTH_JWT_CLAIM_COMPARISON_FAILED')],
  ['sso_answer_invalid', new Error(secret)],
] as const)('%s: says what to do, and keeps what was sent and answered out of the log', (code, cause) => {
  const problem = problemOf(cause);
  expect(problem.code).toBe(code);
  expect(problem.message).toMatch(/[.]$/);
  expect(`${problem.message} ${String(problem.cause)}`).not.toContain(secret);
});

it('a problem that is known already stays what it is', () => {
  const known = new SsoProblem('sso_denied');
  expect(problemOf(known)).toBe(known);
});
