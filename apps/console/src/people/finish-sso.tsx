'use client';

import { SsoFinishReply } from '@weir/contracts/sso-sign-in';
import Link from 'next/link';
import { useEffect, useRef, useState } from 'react';
import { postForm, sentenceOf } from '../api/browser.ts';
import { buttonClass } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';

type State =
  | { readonly name: 'working' }
  | { readonly name: 'refused'; readonly sentence: string }
  | { readonly name: 'done'; readonly reply: SsoFinishReply };

/** Where the identity provider sends the browser back to. What it sent along is handed on once, and leaves the address. */
export function FinishSso() {
  const [state, setState] = useState<State>({ name: 'working' });
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const callback = window.location.search;
    window.history.replaceState(null, '', window.location.pathname);
    const finish = async () => {
      try {
        const reply = SsoFinishReply.parse(await postForm('/sso/finish', { callback }));
        if (reply.outcome === 'SIGNED_IN' && !reply.lacks_groups) window.location.replace('/clusters');
        else setState({ name: 'done', reply });
      } catch (cause) {
        setState({ name: 'refused', sentence: sentenceOf(cause) });
      }
    };
    void finish();
  }, []);
  switch (state.name) {
    case 'working':
      return (
        <div className="grid gap-4">
          <h1 className="text-xl font-semibold">Signing you in</h1>
          <p role="status" className="text-ink-soft">
            Your identity provider has sent you back. One moment.
          </p>
        </div>
      );
    case 'refused':
      return (
        <div className="grid gap-4">
          <h1 className="text-xl font-semibold">That did not work</h1>
          <Notice tone="danger">{state.sentence}</Notice>
          <Link href="/sign-in" className={buttonClass('primary')}>
            Back to signing in
          </Link>
        </div>
      );
    case 'done':
      return <Done reply={state.reply} />;
  }
}

function Done({ reply }: { readonly reply: SsoFinishReply }) {
  const isLinked = reply.outcome === 'LINKED';
  return (
    <div className="grid gap-4">
      <h1 className="text-xl font-semibold">{isLinked ? 'Connected' : 'You are signed in'}</h1>
      {isLinked && (
        <Notice tone="good">From now on you can sign in with your organization’s single sign-on.</Notice>
      )}
      {reply.lacks_groups && (
        <Notice tone="warn">
          Your identity provider sent no groups, so you have only the roles that are given to you yourself. If
          something is missing, ask who runs it to add your groups to the sign-in.
        </Notice>
      )}
      <a href={isLinked ? '/account/security' : '/clusters'} className={buttonClass('primary')}>
        Go on
      </a>
    </div>
  );
}
