import type { Cluster } from '@weir/contracts/clusters';
import Link from 'next/link';
import { dateText } from '../ui/figures.ts';
import { PhaseBadge } from './phase-badge.tsx';
import { Sparkline } from './sparkline.tsx';

interface Props {
  readonly clusters: readonly Cluster[];
  /** Whose figures the person may see. */
  readonly withUsage: ReadonlySet<string>;
}

export function ClusterList({ clusters, withUsage }: Props) {
  return (
    <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {clusters.map((cluster) => (
        <li
          key={cluster.id}
          className="relative grid min-w-0 grid-cols-1 gap-3 rounded-lg border border-line bg-surface p-4 transition-colors hover:border-line-strong"
        >
          <div className="flex items-start justify-between gap-3">
            <h2 className="min-w-0 truncate text-[15px] font-semibold">
              <Link href={`/clusters/${cluster.id}`} className="after:absolute after:inset-0">
                {cluster.spec.display_name}
              </Link>
            </h2>
            <PhaseBadge phase={cluster.status.phase} />
          </div>
          {withUsage.has(cluster.id) && <Sparkline clusterId={cluster.id} />}
          <dl className="flex flex-wrap gap-x-5 gap-y-1 text-[13px] text-ink-soft">
            <Fact name="Kind">{cluster.spec.config.kind}</Fact>
            <Fact name="Id">
              <span className="font-mono">{cluster.id}</span>
            </Fact>
            <Fact name="Created">{dateText(cluster.metadata.created_at)}</Fact>
          </dl>
        </li>
      ))}
    </ul>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt className="sr-only">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
