/** Who a passkey is for (WebAuthn Level 3, 5.1.2): the console's host, which browsers hold it to. */
export interface RelyingParty {
  readonly rpName: string;
  readonly rpID: string;
  readonly origin: string;
}

export const relyingParty = (consoleUrl: string): RelyingParty => {
  const { hostname, origin } = new URL(consoleUrl);
  return { rpName: 'Weir', rpID: hostname, origin };
};
