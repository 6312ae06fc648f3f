'use client';

import Link from 'next/link';
import { useState } from 'react';
import { postForm, sentenceOf } from '../api/browser.ts';
import { ApiError } from '../api/request.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Notice } from '../ui/notice.tsx';
import { useFragment } from './use-fragment.ts';

interface Props {
  /** Which form of /auth takes the link. */
  readonly form: '/verify-email' | '/accept-invitation';
  readonly title: string;
  readonly words: string;
  readonly action: string;
  readonly done: string;
}

const isSignedOut = (cause: unknown): boolean => cause instanceof ApiError && cause.status === 401;

/** Uses a link of a mail. A button does it, since programs open the links of mails too, before anybody reads them. */
export function FollowLink({ form, title, words, action, done }: Props) {
  const token = useFragment();
  const [state, setState] = useState<'asking' | 'busy' | 'done'>('asking');
  const [refusal, setRefusal] = useState<string | null>(null);
  const follow = async () => {
    setState('busy');
    setRefusal(null);
    try {
      await postForm(form, { token });
      setState('done');
    } catch (cause) {
      setRefusal(isSignedOut(cause) ? 'Sign in here first, then open the link again.' : sentenceOf(cause));
      setState('asking');
    }
  };
  return (
    <div className="grid gap-4">
      <div>
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="text-ink-soft">{words}</p>
      </div>
      {refusal !== null && <Notice tone="danger">{refusal}</Notice>}
      {token === '' && (
        <Notice tone="warn">This address lacks its end. Copy it from the mail as a whole.</Notice>
      )}
      {state === 'done' ? (
        <>
          <Notice tone="good">{done}</Notice>
          <Link href="/clusters" className={buttonClass('primary')}>
            Go on
          </Link>
        </>
      ) : (
        <Button
          look="primary"
          busy={state === 'busy'}
          disabled={token === null || token === ''}
          onClick={() => void follow()}
        >
          {action}
        </Button>
      )}
    </div>
  );
}
