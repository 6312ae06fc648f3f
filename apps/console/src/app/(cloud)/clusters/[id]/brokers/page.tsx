import { getCluster } from '@weir/contracts/clusters';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { permissionsOn } from '../../../../../access/permissions.ts';
import { load } from '../../../../../api/server.ts';
import { BrokerTable } from '../../../../../clusters/broker-table.tsx';

export const metadata: Metadata = { title: 'Brokers' };

export default async function BrokersPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const cluster = await load(getCluster, { params: await params });
  if (cluster.spec.config.kind !== 'Dedicated') notFound();
  if (!(await permissionsOn(cluster.metadata.resource_name)).has('usage:read')) notFound();
  return <BrokerTable clusterId={cluster.id} />;
}
