import type { Request, Response } from 'express';
import { clientNetwork, isLoopback } from '../http/client-address.ts';
import {
  accountLimit,
  deviceLimit,
  pairLimit,
  type RateLimit,
  type RateLimits,
  sharedSignInLimit,
  signInLimit,
} from '../http/rate-limits.ts';
import { stateOf } from '../http/request-state.ts';
import { accountName, readDeviceCookie } from './device-cookie.ts';

/** One count that an attempt takes, and gives back if it was no failure. */
interface Count {
  readonly limit: RateLimit;
  readonly who: string;
}

/** Every attempt by where it comes from, before anything of it is read. */
export const countAddress = async (
  limits: RateLimits,
  request: Request,
  response: Response,
): Promise<void> => {
  const address = stateOf(request).clientAddress ?? 'unknown';
  await limits.count(isLoopback(address) ? sharedSignInLimit : signInLimit, clientNetwork(address), response);
};

/** New accounts, mail and the like by where they come from; who is on this machine is its operator, or a test. */
export const countNetwork = async (
  limits: RateLimits,
  limit: RateLimit,
  request: Request,
  response: Response,
): Promise<void> => {
  const address = stateOf(request).clientAddress ?? 'unknown';
  if (!isLoopback(address)) await limits.count(limit, clientNetwork(address), response);
};

/**
 * Makes an attempt to sign in to an account, and counts it if it fails. A browser that the account knows is
 * counted by itself. Of everybody else failures are counted by account and address together, so that one who
 * guesses slows himself down, and by account from all addresses that have not been refused yet, so that many who
 * guess do not get far either. An attempt is counted before it is made, so that many at once are no way around,
 * and given back when it was no failure. Whether the account exists makes no difference.
 */
export const attemptSignIn = async (
  options: {
    readonly limits: RateLimits;
    readonly secret: string;
    readonly email: string;
    readonly cookieName: string;
    readonly nowMs: number;
  },
  request: Request,
  response: Response,
  attempt: () => Promise<void>,
): Promise<void> => {
  const { limits, secret, email } = options;
  const account = accountName(email, secret);
  const device = readDeviceCookie(cookieOf(request, options.cookieName), account, secret, options.nowMs);
  const network = clientNetwork(stateOf(request).clientAddress ?? 'unknown');
  const known = { limit: deviceLimit, who: device?.nonce ?? '' };
  const counts: readonly Count[] =
    device !== null && (await limits.hasRoom(known.limit, known.who))
      ? [known]
      : [
          { limit: pairLimit, who: `${account} ${network}` },
          { limit: accountLimit, who: account },
        ];
  const taken: Count[] = [];
  try {
    for (const count of counts) {
      if (await limits.count(count.limit, count.who, response)) taken.push(count);
    }
    await attempt();
  } finally {
    if (response.statusCode !== 401) {
      for (const { limit, who } of taken) await limits.giveBack(limit, who);
    }
  }
};

const cookieOf = (request: Request, name: string): string | undefined =>
  request
    .get('cookie')
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
