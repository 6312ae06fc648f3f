import type { Broker } from '@weir/contracts/brokers';

type Said = Pick<Broker, 'state' | 'replicas' | 'in_sync' | 'version'>;

const brokersOf = (count: number): string => `${count} ${count === 1 ? 'broker' : 'brokers'}`;

/** How all of them fare, in one line: what is worst comes first. */
export function brokersSentence(brokers: readonly Said[]): string {
  const away = brokers.filter(({ state }) => state === 'AWAY').length;
  const behind = brokers.reduce((sum, { in_sync, replicas }) => sum + replicas - in_sync, 0);
  const moving = brokers.filter(({ state }) => state !== 'AWAY' && state !== 'RUNNING').length;
  const versions = new Set(brokers.flatMap(({ version }) => (version === null ? [] : [version])));
  const parts = [
    ...(away === 0 ? [] : [`${away} of ${brokersOf(brokers.length)} ${away === 1 ? 'is' : 'are'} away`]),
    ...(behind === 0 ? [] : [`${behind} ${behind === 1 ? 'replica is' : 'replicas are'} not in sync`]),
    ...(moving === 0
      ? []
      : [`${moving} of ${brokersOf(brokers.length)} ${moving === 1 ? 'is' : 'are'} coming or going`]),
    ...(versions.size < 2 ? [] : ['an upgrade is under way']),
  ];
  if (parts.length > 0) return `${parts.join('; ')}.`;
  return `${brokersOf(brokers.length)}, with every replica in sync.`;
}
