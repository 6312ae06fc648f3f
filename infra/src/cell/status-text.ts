import type { BrokerState, PartitionCounts } from './cell-store.ts';

const heading = ['broker', 'address', 'rack', 'version', 'boot epoch', 'state', 'leads', 'holds'];
const numbers = new Set(['boot epoch', 'leads', 'holds']);

/** What a person sees of the cell: a table of its brokers, and whether everything is where it should be. */
export function statusText(brokers: readonly BrokerState[], partitions: PartitionCounts): string {
  const rows = brokers.map((broker) => [
    String(broker.brokerId),
    `${broker.host}:${broker.port}`,
    broker.rack ?? '-',
    broker.programVersion ?? '-',
    String(broker.bootEpoch),
    stateOf(broker),
    String(broker.leads),
    String(broker.holds),
  ]);
  const versions = new Set(brokers.filter((each) => !each.isFenced).map((each) => each.programVersion));
  const mixed =
    versions.size < 2
      ? ''
      : `${versions.size} versions run: npm run cell -- restart --outdated goes on with an upgrade\n`;
  return `${table([heading, ...rows])}\n\n${sentence(partitions)}\n${mixed}`;
}

export function stateOf(broker: Pick<BrokerState, 'isFenced' | 'isCordoned' | 'leaseMs' | 'holds'>): string {
  const { isFenced, isCordoned, leaseMs, holds } = broker;
  if (isFenced && isCordoned && holds === 0) return 'removed';
  const marked = isCordoned ? ', cordoned' : '';
  if (isFenced) return `fenced${marked}`;
  // The others are about to see it, and to fence it.
  if (leaseMs <= 0) return `gone: its lease has run out${marked}`;
  return `alive, lease for ${(leaseMs / 1000).toFixed(1)} s${marked}`;
}

function sentence({ all, underReplicated, leaderless, reassigning }: PartitionCounts): string {
  const of = `${all} ${all === 1 ? 'partition' : 'partitions'}`;
  const moving = reassigning === 0 ? '' : `, ${reassigning} on the way to other brokers`;
  if (underReplicated === 0 && leaderless === 0) return `${of}, all with every replica in sync${moving}`;
  return `${of}: ${underReplicated} under-replicated, ${leaderless} without a leader${moving}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = heading.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const padded = (cell: string, at: number) =>
    numbers.has(heading[at] ?? '') ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0);
  return rows.map((row) => row.map(padded).join('  ').trimEnd()).join('\n');
}
