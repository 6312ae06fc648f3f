import { SwitchInput } from '@weir/contracts/members';
import {
  ChangeAddressInput,
  ChangePasswordInput,
  CodeInput,
  DeleteAccountInput,
  EnrolledReply,
  FollowLinkInput,
  PasswordInput,
  RecoveryCodesReply,
  ResetPasswordInput,
  ResetRequestInput,
  SecondStepReply,
  SessionReply,
  SignedInReply,
  SignInInput,
  SignUpInput,
  TakenReply,
} from '@weir/contracts/people';
import { SsoBeginInput, SsoBeginReply, SsoFinishInput, SsoFinishReply } from '@weir/contracts/sso-sign-in';
import { z } from 'zod';

interface AuthForm {
  readonly path: string;
  readonly method: 'get' | 'post';
  readonly summary: string;
  readonly body: z.ZodType | null;
  readonly reply: z.ZodType;
}

const post = (path: string, summary: string, body: z.ZodType | null, reply: z.ZodType): AuthForm => ({
  path,
  method: 'post',
  summary,
  body,
  reply,
});

/** The forms of /auth that a program may want to send; what else the auth library has is its own. */
export const authForms: readonly AuthForm[] = [
  post('/auth/sign-up/email', 'Sign up; the reply sets a session cookie.', SignUpInput, SignedInReply),
  post(
    '/auth/sign-in/email',
    'Sign in; the reply sets a session cookie, or asks for a second factor.',
    SignInInput,
    z.union([SignedInReply, SecondStepReply]),
  ),
  post('/auth/sign-out', 'End the session.', null, z.object({ success: z.boolean() })),
  {
    path: '/auth/get-session',
    method: 'get',
    summary: 'Who is signed in, or null.',
    body: null,
    reply: SessionReply,
  },
  post(
    '/auth/two-factor/verify-totp',
    'The second step of signing in, or of turning the second factor on.',
    CodeInput,
    SignedInReply,
  ),
  post(
    '/auth/two-factor/verify-backup-code',
    'The second step of signing in, by a recovery code.',
    CodeInput,
    SignedInReply,
  ),
  post(
    '/auth/two-factor/enable',
    'Get the secret and recovery codes of a second factor.',
    PasswordInput,
    EnrolledReply,
  ),
  post('/auth/two-factor/disable', 'Turn the second factor off.', PasswordInput, TakenReply),
  post(
    '/auth/two-factor/generate-backup-codes',
    'Make new recovery codes.',
    PasswordInput,
    RecoveryCodesReply,
  ),
  post(
    '/auth/request-password-reset',
    'Mail a link to a new password, if the address has an account.',
    ResetRequestInput,
    TakenReply,
  ),
  post(
    '/auth/reset-password',
    'Set a new password by a mailed link; ends every session.',
    ResetPasswordInput,
    TakenReply,
  ),
  post(
    '/auth/verify-email',
    'Confirm an address by a mailed link, for who is signed in.',
    FollowLinkInput,
    TakenReply,
  ),
  post('/auth/send-verification-email', 'Mail the link to confirm the address again.', null, TakenReply),
  post(
    '/auth/change-password',
    'Change the password; ends every other session.',
    ChangePasswordInput,
    TakenReply,
  ),
  post(
    '/auth/change-email',
    'Mail a link to a new address, which confirms it.',
    ChangeAddressInput,
    TakenReply,
  ),
  post(
    '/auth/sso/begin',
    'Where to go to sign in by single sign-on, by the domain of an address.',
    SsoBeginInput,
    SsoBeginReply,
  ),
  post(
    '/auth/sso/link',
    'The same for who is signed in, to come in that way from then on.',
    PasswordInput,
    SsoBeginReply,
  ),
  post(
    '/auth/sso/finish',
    'Sign in with what the identity provider sent the browser back with.',
    SsoFinishInput,
    SsoFinishReply,
  ),
  post(
    '/auth/delete-account',
    'Delete the account of who is signed in, for good.',
    DeleteAccountInput,
    TakenReply,
  ),
  post(
    '/auth/accept-invitation',
    'Join an organization by a mailed link, for who is signed in with the invited address.',
    FollowLinkInput,
    TakenReply,
  ),
  post(
    '/auth/switch-organization',
    'Make this session about another of your organizations.',
    SwitchInput,
    TakenReply,
  ),
];
