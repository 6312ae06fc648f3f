/** Why a sign-in by an identity provider came to nothing. Stable: pages and programs tell them apart. */
export type SsoProblemCode =
  | 'sso_state_unknown'
  | 'sso_not_set_up'
  | 'sso_provider_unreachable'
  | 'sso_provider_forbidden'
  | 'sso_client_refused'
  | 'sso_code_refused'
  | 'sso_clock_skew'
  | 'sso_answer_invalid'
  | 'sso_denied'
  | 'sso_no_address'
  | 'sso_other_domain'
  | 'sso_account_exists'
  | 'sso_linked_elsewhere'
  | 'sso_signed_out';

/** For people: what to do. None of them has anything of the provider's answer in it. */
export const ssoSentences: Readonly<Record<SsoProblemCode, string>> = {
  sso_state_unknown:
    'This sign-in was used already, took longer than ten minutes, or was begun in another browser. Begin it again.',
  sso_not_set_up: 'Your organization does not have single sign-on any more. Sign in with your password.',
  sso_provider_unreachable:
    'Your organization’s identity provider did not answer. Try again in a moment; if it stays so, tell who runs it.',
  sso_provider_forbidden:
    'The identity provider’s address leads into a private network, or is not https. Whoever administers your organization has to correct it.',
  sso_client_refused:
    'The identity provider does not accept the client id and secret that your organization gave. Whoever administers it has to set them anew on the page Single sign-on.',
  sso_code_refused:
    'The identity provider does not take this sign-in: it was used, is too old, or belongs to somebody else. Begin it again.',
  sso_clock_skew:
    'The identity provider’s clock and ours are more than a minute apart. Tell who runs it to set its time by NTP.',
  sso_answer_invalid:
    'The identity provider’s answer is not one that can be trusted: it is for somebody else, not signed, or not complete. Tell who runs it.',
  sso_denied:
    'The identity provider did not sign you in. If you did not cancel it yourself, ask who runs it.',
  sso_no_address:
    'The identity provider did not tell your e-mail address, or has not confirmed it. Whoever runs it has to release the claim `email`.',
  sso_other_domain:
    'Your address at the identity provider is not of a domain that your organization has proved. Ask who administers it.',
  sso_account_exists:
    'There is an account with your address already, and single sign-on never takes one over. Sign in with its password, then connect single sign-on under Account, Security.',
  sso_linked_elsewhere:
    'At the identity provider you are connected to another account here. Sign in by single sign-on to use that.',
  sso_signed_out: 'You were signed out meanwhile. Sign in with your password, then connect it again.',
};

/** An expected end of a sign-in. Its cause is for the log, and holds no secret. */
export class SsoProblem extends Error {
  override readonly name = 'SsoProblem';
  readonly code: SsoProblemCode;

  constructor(code: SsoProblemCode, options?: ErrorOptions) {
    super(ssoSentences[code], options);
    this.code = code;
  }
}
