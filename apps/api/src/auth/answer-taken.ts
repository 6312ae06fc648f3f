import type { SignUpInput } from '@weir/contracts/people';
import type { Response } from 'express';
import { type RateLimits, takenMailLimit } from '../http/rate-limits.ts';
import { Refused } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { accountName } from './device-cookie.ts';
import type { MailStore } from './mail.store.ts';
import { hashPassword } from './password.ts';

/** Nobody reads the headers of a count that is about mail. */
const nowhere = { setHeader: () => undefined };

/**
 * Answers a sign-up with an address that has an account: with the status, the work and the shape of a new one, but
 * no session, and tells the owner of the address by mail. See adr/0001-sign-up-with-a-taken-address.md.
 */
export const answerTaken = async (
  options: {
    readonly mails: MailStore;
    readonly limits: RateLimits;
    readonly secret: string;
    readonly consoleUrl: string;
    readonly nowMs: number;
  },
  { name, email, password }: SignUpInput,
  response: Response,
): Promise<void> => {
  await hashPassword(password);
  const recipient = email.toLowerCase();
  if (await mayMail(options.limits, accountName(recipient, options.secret))) {
    await options.mails.add({
      recipient,
      subject: 'You have an account already',
      text:
        'Somebody, perhaps you, signed up with this address, which has an account already. Nothing was changed.\n' +
        `To sign in, open ${options.consoleUrl}/sign-in. If it was not you, there is nothing to do.\n`,
    });
  }
  const now = new Date(options.nowMs).toISOString();
  const user = { id: newId('u'), name, email: recipient, emailVerified: false, image: null };
  response.status(200).json({ token: null, user: { ...user, createdAt: now, updatedAt: now } });
};

const mayMail = async (limits: RateLimits, account: string): Promise<boolean> => {
  try {
    await limits.count(takenMailLimit, account, nowhere);
    return true;
  } catch (cause) {
    if (cause instanceof Refused) return false;
    throw cause;
  }
};
