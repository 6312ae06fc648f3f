'use client';

import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { postAuth, postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { askPasskey, PasskeyError } from './webauthn.ts';

/** Signs in without a password; the device makes sure who is there. */
export function PasskeyButton({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const signIn = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      const response = await askPasskey(await postForm('/passkey/sign-in-options', {}));
      await postAuth('/passkey/sign-in', { response });
      onSignedIn();
    } catch (cause) {
      setRefusal(cause instanceof PasskeyError ? cause.message : sentenceOf(cause));
      setBusy(false);
    }
  };
  return (
    <>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button busy={busy} onClick={() => void signIn()}>
        <KeyRound aria-hidden="true" size={15} />
        Sign in with a passkey
      </Button>
    </>
  );
}
