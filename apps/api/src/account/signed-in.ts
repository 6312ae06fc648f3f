/** Who is signed in in a browser, as far as it concerns her own account. */
export interface SignedIn {
  /** Of the organization by whose single sign-on it was made; null: her own. */
  readonly ssoOrganizationId: string | null;
  /** By which it was made; null: from before that was noted. */
  readonly method: string | null;
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly isVerified: boolean;
}
