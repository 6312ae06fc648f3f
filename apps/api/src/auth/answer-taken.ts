import type { SignUpInput } from '@weir/contracts/people';
import type { Response } from 'express';
import { newId } from '../platform/ids.ts';
import type { MailStore } from './mail.store.ts';
import { hashPassword } from './password.ts';

/**
 * Answers a sign-up with an address that has an account: with the status, the work and the shape of a new one, but
 * no session, and tells the owner of the address by mail. See adr/0001-sign-up-with-a-taken-address.md.
 */
export const answerTaken = async (
  { mails, nowMs }: { readonly mails: MailStore; readonly nowMs: number },
  { name, email, password }: SignUpInput,
  response: Response,
): Promise<void> => {
  await hashPassword(password);
  const recipient = email.toLowerCase();
  await mails.ask({ recipient, userId: null, content: { kind: 'account-exists', params: {} } });
  const now = new Date(nowMs).toISOString();
  const user = {
    id: newId('u'),
    name,
    email: recipient,
    emailVerified: false,
    image: null,
    twoFactorEnabled: false,
  };
  response.status(200).json({ token: null, user: { ...user, createdAt: now, updatedAt: now } });
};
