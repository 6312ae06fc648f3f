import { z } from 'zod';
import { plainLine } from './plain-text.ts';

/** The forms of /auth. Their transport is the auth library's; these are its fields, for forms and for docs. */
export const SignUpInput = z
  .object({
    name: plainLine(
      z.string().trim().min(1, 'Tell us your name.').max(100, 'A name has at most 100 characters.'),
    ),
    email: z.email('That is not an e-mail address.').max(254),
    password: z
      .string()
      .min(8, 'A password has at least 8 characters.')
      .max(128, 'A password has at most 128 characters.'),
  })
  .meta({ id: 'SignUpInput' });
export type SignUpInput = z.infer<typeof SignUpInput>;

export const SignInInput = SignUpInput.pick({ email: true, password: true }).meta({ id: 'SignInInput' });
export type SignInInput = z.infer<typeof SignInInput>;

/** What /auth/* answers instead of a result. */
export const AuthError = z
  .object({ code: z.string().optional(), message: z.string().optional() })
  .meta({ id: 'AuthError' });
export type AuthError = z.infer<typeof AuthError>;

export const SessionUser = z
  .object({ id: z.string(), name: z.string(), email: z.email(), emailVerified: z.boolean() })
  .meta({ id: 'SessionUser' });

/** GET /auth/get-session: null when nobody is signed in. */
export const SessionReply = z.object({ user: SessionUser }).nullable();
export type SessionReply = z.infer<typeof SessionReply>;

export const SignedInReply = z
  .object({
    user: SessionUser,
    token: z
      .string()
      .nullable()
      .optional()
      .describe('null: nobody is signed in, and a mail says more. A session is in the cookie.'),
  })
  .meta({ id: 'SignedInReply' });
