'use client';

import { useQuery } from '@tanstack/react-query';
import { LocalOutbox } from '@weir/contracts/people';
import { postForm, sentenceOf } from '../api/browser.ts';
import { useFragment } from '../people/use-fragment.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Field } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { MailText } from './mail-text.tsx';

const lookEveryMs = 2_000;

/** The mail of everybody, for who has the key that this Weir was started with. */
export function Outbox() {
  const key = useFragment();
  const { data, error } = useQuery({
    queryKey: ['outbox', key],
    queryFn: async () => LocalOutbox.parse(await postForm('/local-outbox', { key })).data,
    enabled: key !== null && key !== '',
    refetchInterval: (query) => (query.state.error === null ? lookEveryMs : false),
  });
  if (key === null) return <Skeleton className="h-40" />;
  if (key === '' || error !== null) {
    return (
      <>
        {error !== null && <Notice tone="danger">{sentenceOf(error)}</Notice>}
        <AskForKey />
      </>
    );
  }
  if (data === undefined) return <Skeleton className="h-40" />;
  if (data.length === 0) return <p className="text-ink-soft">No mail yet. It appears here within seconds.</p>;
  return data.map((mail) => (
    <Card
      key={mail.id}
      title={mail.subject}
      aside={
        <span className="text-[13px] break-all text-ink-soft">
          To {mail.recipient}, {mail.created_at.slice(0, 19).replace('T', ' ')} UTC
        </span>
      }
    >
      <MailText text={mail.text} />
    </Card>
  ));
}

function AskForKey() {
  const open = (form: FormData) => {
    window.location.hash = String(form.get('key'));
  };
  return (
    <form action={open} className="grid gap-4">
      <Field
        name="key"
        label="Key"
        type="password"
        autoComplete="off"
        hint="Links in here open every account, so it takes the key that the terminal showed when Weir was started."
      />
      <div>
        <Button type="submit" look="primary">
          Open
        </Button>
      </div>
    </form>
  );
}
