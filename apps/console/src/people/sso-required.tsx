'use client';

import { useState } from 'react';
import { beginLink } from '../account/begin-link.ts';
import { PasswordStep } from '../account/password-step.tsx';
import { postForm } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { SsoButton } from './sso-button.tsx';

/** For who came in with a password where that is not enough. */
export function SsoRequired({ email }: { readonly email: string }) {
  const [linking, setLinking] = useState(false);
  const signOut = async () => {
    await postForm('/sign-out', {});
    window.location.assign('/sign-in');
  };
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">Your organization asks for single sign-on</h1>
        <p className="text-ink-soft">
          Your password was right, but it does not open this organization. An administrator also comes in with
          a passkey, or with a password and an authenticator app.
        </p>
      </div>
      <SsoButton email={() => email} />
      {linking ? (
        <PasswordStep action="Connect it" onPassword={beginLink} />
      ) : (
        <Button onClick={() => setLinking(true)}>Connect single sign-on to this account first</Button>
      )}
      <Button look="bare" onClick={() => void signOut()}>
        Sign out
      </Button>
    </div>
  );
}
