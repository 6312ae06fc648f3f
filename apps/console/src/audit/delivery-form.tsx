'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import {
  type AuditDelivery,
  type AuditDeliveryInput,
  setAuditDelivery,
} from '@weir/contracts/audit-delivery';
import { listTopics } from '@weir/contracts/topics';
import Link from 'next/link';
import { useState } from 'react';
import { useDirectory } from '../access/use-access.ts';
import { call, sentenceOf } from '../api/browser.ts';
import { Button } from '../ui/button.tsx';
import { Choice } from '../ui/choice.tsx';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

interface Props {
  /** As it is; null: events go nowhere yet. */
  readonly spec: AuditDelivery['spec'];
  readonly onSaved: () => void;
}

type Start = NonNullable<AuditDeliveryInput['spec']['start']> | '';

const starts: readonly { readonly value: Start; readonly text: string }[] = [
  { value: 'NOW', text: 'What comes from now on' },
  { value: 'BEGINNING', text: 'The whole log' },
];
const goOn = { value: '', text: 'Where it stands' } as const;

/** Where events go, and in whose name. The cluster is asked before anything changes. */
export function DeliveryForm({ onSaved, spec }: Props) {
  const directory = useDirectory();
  const [wantedCluster, setCluster] = useState<string>(spec?.cluster.id ?? '');
  const [wantedTopic, setTopic] = useState(spec?.topic_name ?? '');
  const [wantedAccount, setAccount] = useState<string>(spec?.service_account.id ?? '');
  const [start, setStart] = useState<Start>(spec === null ? 'NOW' : '');
  const clusters = directory.data?.clusters ?? [];
  const accounts = directory.data?.accounts ?? [];
  const clusterId = (clusters.find(({ id }) => id === wantedCluster) ?? clusters[0])?.id ?? '';
  const topics = useQuery({
    queryKey: ['topics', clusterId],
    queryFn: ({ signal }) => call(listTopics, { params: { cluster_id: clusterId } }, signal),
    enabled: clusterId !== '',
  });
  const names = (topics.data?.data ?? []).map(({ topic_name: name }) => name);
  const topicName = names.find((name) => name === wantedTopic) ?? names[0] ?? '';
  const accountId = (accounts.find(({ id }) => id === wantedAccount) ?? accounts[0])?.id ?? '';
  const save = useMutation({
    mutationFn: () => {
      const target = {
        cluster: { id: clusterId },
        topic_name: topicName,
        service_account: { id: accountId },
      };
      return call(setAuditDelivery, { body: { spec: start === '' ? target : { ...target, start } } });
    },
    onSuccess: onSaved,
  });
  const problem = directory.error ?? topics.error ?? save.error;
  if (directory.data === undefined && directory.error === null) return <Skeleton className="h-40" />;
  const isWhole = clusterId !== '' && topicName !== '' && accountId !== '';
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) save.mutate();
      }}
    >
      <Choice
        label="Cluster"
        value={clusterId}
        onChange={(event) => setCluster(event.target.value)}
        options={clusters.map(({ id, spec: { display_name: text } }) => ({ value: id, text }))}
      />
      <Choice
        label="Topic"
        value={topicName}
        onChange={(event) => setTopic(event.target.value)}
        options={names.map((name) => ({ value: name, text: name }))}
      />
      <Choice
        label="In the name of"
        value={accountId}
        onChange={(event) => setAccount(event.target.value)}
        options={accounts.map(({ display_name: text, id }) => ({ value: id, text }))}
      />
      <p className="-mt-2 text-[13px] text-ink-soft">
        A service account that may write to the topic, by the role DeveloperWrite or an ACL.
      </p>
      <Choice
        label="Begin with"
        value={start}
        onChange={(event) => setStart(startOf(event.target.value))}
        options={spec === null ? starts : [goOn, ...starts]}
      />
      <Missing
        hasClusters={clusters.length > 0}
        hasTopics={topics.data === undefined || names.length > 0}
        hasAccounts={accounts.length > 0}
      />
      {problem !== null && <Notice tone="danger">{sentenceOf(problem)}</Notice>}
      <div className="flex justify-end">
        <Button type="submit" look="primary" busy={save.isPending} disabled={!isWhole}>
          {save.isPending ? 'Writing a first record…' : 'Write a first record and save'}
        </Button>
      </div>
    </form>
  );
}

const startOf = (text: string): Start => starts.find(({ value }) => value === text)?.value ?? '';

interface MissingProps {
  readonly hasClusters: boolean;
  readonly hasTopics: boolean;
  readonly hasAccounts: boolean;
}

/** What there must be before there can be a delivery, and where it is made. */
function Missing({ hasAccounts, hasClusters, hasTopics }: MissingProps) {
  const link = 'text-accent underline';
  return (
    <>
      {!hasClusters && (
        <Notice tone="warn">
          There is no cluster yet.{' '}
          <Link href="/clusters/new" className={link}>
            Create one
          </Link>{' '}
          first.
        </Notice>
      )}
      {hasClusters && !hasTopics && (
        <Notice tone="warn">The cluster has no topic yet. Create one there first.</Notice>
      )}
      {!hasAccounts && (
        <Notice tone="warn">
          There is no service account yet.{' '}
          <Link href="/access/service-accounts" className={link}>
            Create one
          </Link>{' '}
          and give it the role DeveloperWrite.
        </Notice>
      )}
    </>
  );
}
