import { getCluster } from '@weir/contracts/clusters';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { permissionsOn } from '../../../../access/permissions.ts';
import { load } from '../../../../api/server.ts';
import { PhaseBadge } from '../../../../clusters/phase-badge.tsx';
import { NavLink } from '../../../../shell/nav-link.tsx';

interface Props {
  readonly params: Promise<{ id: string }>;
  readonly children: ReactNode;
}

export default async function ClusterLayout({ params, children }: Props) {
  const { id } = await params;
  const cluster = await load(getCluster, { params: { id } });
  const seesBrokers =
    cluster.spec.config.kind === 'Dedicated' &&
    (await permissionsOn(cluster.metadata.resource_name)).has('usage:read');
  const base = `/clusters/${cluster.id}`;
  return (
    <div className="grid grid-cols-1 gap-5">
      <div className="grid grid-cols-1 gap-3">
        <nav aria-label="Where you are" className="text-[13px] text-ink-soft">
          <Link href="/clusters" className="hover:text-ink">
            Clusters
          </Link>
          <span aria-hidden="true"> / </span>
          <span className="break-all">{cluster.spec.display_name}</span>
        </nav>
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl font-semibold break-all">{cluster.spec.display_name}</h1>
          <PhaseBadge phase={cluster.status.phase} />
          <span className="font-mono text-[13px] text-ink-soft">{cluster.id}</span>
        </div>
        <nav
          aria-label="Cluster"
          className="-mx-1 flex gap-1 overflow-x-auto border-b border-line px-1 py-1.5"
        >
          <NavLink href={base} exact>
            Overview
          </NavLink>
          <NavLink href={`${base}/topics`}>Topics</NavLink>
          <NavLink href={`${base}/groups`}>Consumer groups</NavLink>
          <NavLink href={`${base}/keys`}>API keys</NavLink>
          {seesBrokers && <NavLink href={`${base}/brokers`}>Brokers</NavLink>}
          <NavLink href={`${base}/limits`}>Limits</NavLink>
          <NavLink href={`${base}/settings`}>Settings</NavLink>
        </nav>
      </div>
      {children}
    </div>
  );
}
