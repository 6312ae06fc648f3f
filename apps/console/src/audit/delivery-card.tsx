'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type AuditDelivery, deleteAuditDelivery, getAuditDelivery } from '@weir/contracts/audit-delivery';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { type ReactNode, useState } from 'react';
import { useDirectory } from '../access/use-access.ts';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { ConfirmByName } from '../ui/confirm-by-name.tsx';
import { clockText, countText, dateText } from '../ui/figures.ts';
import { Modal } from '../ui/modal.tsx';
import { Notice } from '../ui/notice.tsx';
import { DeliveryForm } from './delivery-form.tsx';

const refreshMs = 3_000;
const queryKey = ['audit-delivery'];

interface Props {
  readonly initial: AuditDelivery;
  readonly mayChange: boolean;
}

/** To which topic events go on, and how far that is. */
export function DeliveryCard({ initial, mayChange }: Props) {
  const queries = useQueryClient();
  const router = useRouter();
  const [open, setOpen] = useState<'set' | 'stop' | null>(null);
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => call(getAuditDelivery, {}, signal),
    initialData: initial,
    refetchInterval: refreshMs,
  });
  const settled = async () => {
    setOpen(null);
    await queries.invalidateQueries({ queryKey });
    // The event of it stands above.
    router.refresh();
  };
  const stop = useMutation({ mutationFn: () => call(deleteAuditDelivery, {}), onSuccess: settled });
  const { spec, status } = data;
  const change = spec === null ? 'Deliver to a topic' : 'Change';
  return (
    <Card
      title="Delivery to a topic"
      aside={
        mayChange && (
          <div className="flex flex-wrap gap-2">
            <Button size="small" onClick={() => setOpen('set')}>
              {change}
            </Button>
            {spec !== null && (
              <Button size="small" look="danger" onClick={() => setOpen('stop')}>
                Stop
              </Button>
            )}
          </div>
        )
      }
    >
      {spec === null || status === null ? (
        <p className="px-4 py-4 text-ink-soft">
          Events stay here. Have each written to a topic of one of your clusters, and any Kafka client can
          follow what is done in your organization.
        </p>
      ) : (
        <Standing spec={spec} status={status} />
      )}
      <Modal
        open={open === 'set'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'set' : null)}
        title={spec === null ? 'Deliver the log to a topic' : 'Change where the log goes'}
        description="Events come in order, each at least once, as CloudEvents in JSON with the event’s id as key. Writing them is billed as any write of the service account."
      >
        {open === 'set' && <DeliveryForm spec={spec} onSaved={settled} />}
      </Modal>
      <ConfirmByName
        open={open === 'stop'}
        onOpenChange={(isOpen) => setOpen(isOpen ? 'stop' : null)}
        title="Stop the delivery"
        description="No more events go to the topic. What is in it stays, and so does the log."
        name={spec?.topic_name ?? ''}
        action="Stop delivery"
        busy={stop.isPending}
        error={stop.error === null ? null : sentenceOf(stop.error)}
        onConfirm={() => stop.mutate()}
      />
    </Card>
  );
}

interface StandingProps {
  readonly spec: NonNullable<AuditDelivery['spec']>;
  readonly status: NonNullable<AuditDelivery['status']>;
}

function Standing({ spec, status }: StandingProps) {
  const names = useDirectory().data?.names;
  const { cluster, service_account: account, topic_name: topic } = spec;
  const topicPath = `/clusters/${cluster.id}/topics/${encodeURIComponent(topic)}`;
  const accountPath = `/access/service-accounts/${account.id}`;
  return (
    <div className="grid gap-3 px-4 py-3 text-[13px]">
      {status.failing_since !== null && (
        <Notice tone="danger">
          No event has come to the topic since {dateText(status.failing_since)}. {status.problem}
          {status.next_attempt_at !== null &&
            ` The next attempt is at ${clockText(status.next_attempt_at)} UTC.`}{' '}
          Nothing is lost: what waits is delivered then.
        </Notice>
      )}
      <dl className="grid gap-x-4 gap-y-1.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
        <Term name="Topic">
          <Link href={topicPath} className="text-accent underline">
            {topic}
          </Link>{' '}
          of {names?.get(cluster.id) ?? cluster.id}
        </Term>
        <Term name="In the name of">
          <Link href={accountPath} className="text-accent underline">
            {names?.get(account.id) ?? account.id}
          </Link>
          . What it writes is billed, this too.
        </Term>
        <Term name="How far">{progressText(status)}</Term>
      </dl>
    </div>
  );
}

function Term({ children, name }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-soft">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

const progressText = ({ delivered_at: at, delivered_sequence: upTo, waiting }: StandingProps['status']) => {
  const last = at === null ? '' : `; the last came at ${dateText(at)}`;
  if (waiting === 0) return `All up to event ${countText(upTo)} are there${last}.`;
  return `${countText(waiting)} ${waiting === 1 ? 'event waits' : 'events wait'} behind event ${countText(upTo)}${last}.`;
};
