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

/** What stands behind the # of a link in a mail. */
const LinkToken = z.string().max(200);

/** POST /auth/verify-email: confirms the address that the link was mailed to, for who is signed in. */
export const FollowLinkInput = z.object({ token: LinkToken }).meta({ id: 'FollowLinkInput' });
export type FollowLinkInput = z.infer<typeof FollowLinkInput>;

/** POST /auth/request-password-reset. */
export const ResetRequestInput = SignUpInput.pick({ email: true }).meta({ id: 'ResetRequestInput' });
export type ResetRequestInput = z.infer<typeof ResetRequestInput>;

const newPassword = SignUpInput.shape.password;
/** One that was set already is whatever it is. */
const knownPassword = z
  .string()
  .min(1, 'Give your password.')
  .max(128, 'A password has at most 128 characters.');

/** POST /auth/two-factor/enable, /disable and /generate-backup-codes: for who is signed in, and gives it once more. */
export const PasswordInput = z.object({ password: knownPassword }).meta({ id: 'PasswordInput' });
export type PasswordInput = z.infer<typeof PasswordInput>;

/** POST /auth/two-factor/enable: in force once a first code was right (/auth/two-factor/verify-totp). */
export const EnrolledReply = z
  .object({
    totpURI: z.string().describe('For an authenticator app.'),
    backupCodes: z.array(z.string()).describe('Each signs in once, in place of a code. Shown only here.'),
  })
  .meta({ id: 'EnrolledReply' });
export type EnrolledReply = z.infer<typeof EnrolledReply>;

/** POST /auth/two-factor/generate-backup-codes. */
export const RecoveryCodesReply = EnrolledReply.pick({ backupCodes: true }).meta({
  id: 'RecoveryCodesReply',
});

/** POST /auth/two-factor/verify-totp or /verify-backup-code: the second step of signing in. */
export const CodeInput = z
  .object({ code: z.string().trim().min(1, 'Give the code.').max(100) })
  .meta({ id: 'CodeInput' });
export type CodeInput = z.infer<typeof CodeInput>;

/** POST /auth/sign-in/email where a second factor is on: the password was right, and there is no session yet. */
export const SecondStepReply = z
  .object({ twoFactorRedirect: z.literal(true), twoFactorMethods: z.array(z.string()) })
  .meta({ id: 'SecondStepReply' });

/** POST /auth/reset-password. */
export const ResetPasswordInput = z
  .object({ token: LinkToken, newPassword })
  .meta({ id: 'ResetPasswordInput' });
export type ResetPasswordInput = z.infer<typeof ResetPasswordInput>;

/** POST /auth/change-password: ends every other session. */
export const ChangePasswordInput = z
  .object({ currentPassword: knownPassword, newPassword })
  .meta({ id: 'ChangePasswordInput' });
export type ChangePasswordInput = z.infer<typeof ChangePasswordInput>;

/** POST /auth/change-email: mails a link to the new address. */
export const ChangeAddressInput = z
  .object({ newEmail: SignUpInput.shape.email, password: knownPassword })
  .meta({ id: 'ChangeAddressInput' });
export type ChangeAddressInput = z.infer<typeof ChangeAddressInput>;

/** POST /auth/delete-account: for good. The password is left out of an account that has none. */
export const DeleteAccountInput = z
  .object({ password: knownPassword.optional() })
  .meta({ id: 'DeleteAccountInput' });
export type DeleteAccountInput = z.infer<typeof DeleteAccountInput>;

/** The forms of /auth that answer that they were taken, and no more. */
export const TakenReply = z.object({ status: z.literal(true) }).meta({ id: 'TakenReply' });

/** POST /auth/local-outbox: for who started Weir on one machine, without a mail server. */
export const OutboxInput = z.object({ key: z.string().max(200) });

export const LocalOutbox = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      recipient: z.string(),
      subject: z.string(),
      text: z.string(),
      created_at: z.string(),
    }),
  ),
});
export type LocalOutbox = z.infer<typeof LocalOutbox>;

/** What /auth/* answers instead of a result. */
export const AuthError = z
  .object({ code: z.string().optional(), message: z.string().optional() })
  .meta({ id: 'AuthError' });
export type AuthError = z.infer<typeof AuthError>;

export const SessionUser = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.email(),
    emailVerified: z.boolean(),
    twoFactorEnabled: z.boolean().nullish(),
  })
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
