'use client';

/** A sentence for a person, of what her browser or her device said. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
}

/** Options and answers are JSON as the API has them (WebAuthn Level 3, 5.1); their bytes are the browser's business. */
export async function makePasskey(options: unknown): Promise<unknown> {
  const parse = () =>
    // Checked by the browser, field by field.
    PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  return ask(async () => navigator.credentials.create({ publicKey: parse() }));
}

export async function askPasskey(options: unknown): Promise<unknown> {
  const parse = () =>
    // As above.
    PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  return ask(async () => navigator.credentials.get({ publicKey: parse() }));
}

async function ask(work: () => Promise<Credential | null>): Promise<unknown> {
  if (
    typeof PublicKeyCredential === 'undefined' ||
    !('parseCreationOptionsFromJSON' in PublicKeyCredential)
  ) {
    throw new PasskeyError(
      'This browser knows no passkeys, or this page is not reached by https. Use another one.',
    );
  }
  const made = await work().catch((cause: unknown) => {
    throw new PasskeyError(sentenceFor(cause), { cause });
  });
  if (!(made instanceof PublicKeyCredential))
    throw new PasskeyError('The device gave no passkey. Try again.');
  return made.toJSON();
}

/** The names of WebAuthn Level 3, 5.1.3 and 5.1.4. */
function sentenceFor(cause: unknown): string {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'InvalidStateError') return 'This device has a passkey for this account already.';
  if (name === 'SecurityError')
    return 'This page is not at the address that passkeys are for. Open the console there.';
  return 'No passkey was used: it was called off, took too long, or there is none on this device.';
}
