'use client';

import { SsoBeginReply } from '@weir/contracts/sso-sign-in';
import { Building2 } from 'lucide-react';
import { useState } from 'react';
import { postForm, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

/** Goes to the identity provider of the organization whose domain the address is of. */
export function SsoButton({ email }: { readonly email: () => string }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const begin = async () => {
    setRefusal(null);
    const address = email().trim();
    if (!address.includes('@')) {
      setRefusal('Give your e-mail address above: its domain says where you sign in.');
      return;
    }
    setBusy(true);
    try {
      const { url } = SsoBeginReply.parse(await postForm('/sso/begin', { email: address }));
      if (url !== null) {
        window.location.assign(url);
        return;
      }
      const domain = address.slice(address.lastIndexOf('@') + 1);
      setRefusal(`Nobody has set up single sign-on for ${domain}. Sign in with your password.`);
    } catch (cause) {
      setRefusal(sentenceOf(cause));
    }
    setBusy(false);
  };
  return (
    <>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      <Button busy={busy} onClick={() => void begin()}>
        <Building2 aria-hidden="true" size={15} />
        Sign in with single sign-on
      </Button>
    </>
  );
}
