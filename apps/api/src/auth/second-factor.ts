import { clientNetwork } from '../http/client-address.ts';
import {
  nowhere,
  type RateLimit,
  type RateLimits,
  secondFactorAccountLimit,
  secondFactorDeviceLimit,
  secondFactorPairLimit,
} from '../http/rate-limits.ts';

/** By which a sign-in is finished, or the second factor is turned on. */
export const codePaths = ['/two-factor/verify-totp', '/two-factor/verify-backup-code'];

/** What of the library's second factor is not offered: codes by mail, and the secret once more. */
export const disabledSecondFactorPaths = [
  '/two-factor/get-totp-uri',
  '/two-factor/send-otp',
  '/two-factor/verify-otp',
];

interface Count {
  readonly limit: RateLimit;
  readonly who: string;
}

/** Takes back what an attempt was counted as. */
export type GiveBack = () => Promise<void>;

/**
 * Counts an attempt at somebody's second code before it is made. Whoever makes it knows the password already, and must
 * neither get through by trying nor lock the owner out: failures are counted by account and network, and by account
 * from everywhere, but for a browser in which the owner signed in before, which is counted by itself.
 */
export const countCode = async (
  limits: RateLimits,
  who: { readonly userId: string; readonly address: string; readonly device: string | null },
): Promise<GiveBack> => {
  const device = { limit: secondFactorDeviceLimit, who: who.device ?? '' };
  const isKnown = who.device !== null && (await limits.hasRoom(device.limit, device.who));
  const counts: readonly Count[] = isKnown
    ? [device]
    : [
        { limit: secondFactorPairLimit, who: `${who.userId} ${clientNetwork(who.address)}` },
        { limit: secondFactorAccountLimit, who: who.userId },
      ];
  const taken: Count[] = [];
  for (const count of counts) {
    if (await limits.count(count.limit, count.who, nowhere)) taken.push(count);
  }
  return async () => {
    for (const { limit, who: of } of taken) await limits.giveBack(limit, of);
  };
};
