/** Who is signed in in a browser, as far as it concerns her own account. */
export interface SignedIn {
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly isVerified: boolean;
}
