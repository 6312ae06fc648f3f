'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { deleteOtherSessions, deleteSession, listSessions, type Session } from '@weir/contracts/sessions';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { dateText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { clientName } from './client-name.ts';

const queryKey = ['sessions'];

/** Where this person is signed in; any of it can be ended at once. */
export function SessionTable() {
  const queries = useQueryClient();
  const { data, error } = useQuery({ queryKey, queryFn: ({ signal }) => call(listSessions, {}, signal) });
  const settled = { onSettled: () => queries.invalidateQueries({ queryKey }) };
  const end = useMutation({
    mutationFn: (id: string) => call(deleteSession, { params: { id } }),
    ...settled,
  });
  const endOthers = useMutation({ mutationFn: () => call(deleteOtherSessions, {}), ...settled });
  const refusal = error ?? end.error ?? endOthers.error;
  const others = data?.data.filter(({ is_current }) => !is_current) ?? [];
  return (
    <Card
      title="Where you are signed in"
      aside={
        others.length > 0 && (
          <Button look="danger" size="small" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            End all others
          </Button>
        )
      }
    >
      {refusal !== null && (
        <div className="p-4">
          <Notice tone="danger">{sentenceOf(refusal)}</Notice>
        </div>
      )}
      {data === undefined && error === null && <Skeleton className="m-4 h-24" />}
      <ul>
        {data?.data.map((session) => (
          <Row
            key={session.id}
            session={session}
            busy={end.isPending && end.variables === session.id}
            onEnd={() => end.mutate(session.id)}
          />
        ))}
      </ul>
    </Card>
  );
}

interface RowProps {
  readonly session: Session;
  readonly busy: boolean;
  readonly onEnd: () => void;
}

function Row({ session, busy, onEnd }: RowProps) {
  const name = clientName(session.client);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0">
      <div className="min-w-0">
        <p className="font-medium break-words">
          {name}
          {session.is_current && <span className="ml-2 text-[13px] font-normal text-good">this one</span>}
        </p>
        <p className="text-[13px] text-ink-soft">
          {session.source_ip ?? 'from an unknown address'}, last seen {dateText(session.last_seen_at)}, signed
          in {dateText(session.created_at)}
        </p>
      </div>
      {!session.is_current && (
        <Button
          look="danger"
          size="small"
          busy={busy}
          aria-label={`End ${name}, last seen ${dateText(session.last_seen_at)}`}
          onClick={onEnd}
        >
          End
        </Button>
      )}
    </li>
  );
}
