'use client';

import { useQuery } from '@tanstack/react-query';
import { type Broker, type BrokerState, listBrokers } from '@weir/contracts/brokers';
import { call, sentenceOf } from '../api/browser.ts';
import { Card } from '../ui/card.tsx';
import { binaryBytesText, countText } from '../ui/figures.ts';
import { Notice } from '../ui/notice.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { brokersSentence } from './broker-words.ts';

const refreshMs = 5_000;

const states: Readonly<Record<BrokerState, { readonly words: string; readonly tone: string }>> = {
  RUNNING: { words: 'Running', tone: 'text-good' },
  STARTING: { words: 'Starting', tone: 'text-warn' },
  RESTARTING: { words: 'Restarting', tone: 'text-warn' },
  LEAVING: { words: 'Leaving: what it holds moves first', tone: 'text-warn' },
  AWAY: { words: 'Away: it does not answer', tone: 'text-danger' },
};

const columns = [
  { text: 'Broker', isNumber: false },
  { text: 'State', isNumber: false },
  { text: 'Zone', isNumber: false },
  { text: 'Leads', isNumber: true },
  { text: 'Holds', isNumber: true },
  { text: 'In sync', isNumber: true },
  { text: 'Stored', isNumber: true },
  { text: 'Version', isNumber: false },
];

/** The brokers that a Dedicated cluster has to itself, as they are at the moment. */
export function BrokerTable({ clusterId }: { readonly clusterId: string }) {
  const { data, error } = useQuery({
    queryKey: ['brokers', clusterId],
    queryFn: async ({ signal }) => (await call(listBrokers, { params: { id: clusterId } }, signal)).data,
    refetchInterval: refreshMs,
  });
  if (error !== null) return <Notice tone="danger">{sentenceOf(error)}</Notice>;
  if (data === undefined) return <Skeleton className="h-40" />;
  return (
    <div className="grid grid-cols-1 gap-3">
      <p role="status" className="text-ink-soft">
        {brokersSentence(data)}
      </p>
      <Card>
        <section
          aria-label="Brokers"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it (WCAG 2.1.1).
          tabIndex={0}
          className="relative overflow-x-auto"
        >
          <table className="w-full text-left text-[13px]">
            <thead className="text-ink-soft">
              <tr className="border-b border-line">
                {columns.map(({ isNumber, text }) => (
                  <th
                    key={text}
                    scope="col"
                    className={`px-4 py-2 font-medium whitespace-nowrap ${isNumber ? 'text-right' : ''}`}
                  >
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map((broker) => (
                <Row key={broker.broker_id} broker={broker} />
              ))}
            </tbody>
          </table>
        </section>
      </Card>
    </div>
  );
}

function Row({ broker }: { readonly broker: Broker }) {
  const { broker_id: id, in_sync: inSync, leaders, rack, replicas, state, stored_bytes, version } = broker;
  const { tone, words } = states[state];
  const number = 'px-4 py-2.5 text-right whitespace-nowrap tabular-nums';
  return (
    <tr className="border-b border-line align-top last:border-0">
      <th scope="row" className="px-4 py-2.5 font-medium tabular-nums">
        {id}
      </th>
      <td className={`px-4 py-2.5 font-medium ${tone}`}>{words}</td>
      <td className="px-4 py-2.5 whitespace-nowrap">{rack ?? '–'}</td>
      <td className={number}>{countText(leaders)}</td>
      <td className={number}>{countText(replicas)}</td>
      <td className={`${number} ${inSync < replicas ? 'font-medium text-warn' : ''}`}>{countText(inSync)}</td>
      <td className={number}>{stored_bytes === null ? 'not known' : binaryBytesText(stored_bytes)}</td>
      <td className="px-4 py-2.5 font-mono whitespace-nowrap">{version ?? '–'}</td>
    </tr>
  );
}
