import { ClientQuota, defaultPrincipal } from '@weir/contracts/client-quotas';
import { isWellFormedKeyId } from '@weir/credentials/api-key';
import { clusterResourceName, clustersPath } from '../clusters/cluster.present.ts';
import { environmentsPath } from '../environments/environment.present.ts';
import type { Links } from '../platform/links.ts';
import type { ClientQuotaRow } from './client-quota.store.ts';

export const clientQuotasPath = '/kafka-quotas/v1/client-quotas';

export const presentClientQuota = (row: ClientQuotaRow, links: Links): ClientQuota => {
  const organization = ['organization', row.organizationId] as const;
  const { id: clusterId, environmentId } = row.cluster;
  const environment = ['environment', environmentId] as const;
  const clusterName = clusterResourceName({ ...row.cluster, organizationId: row.organizationId }, links);
  return ClientQuota.parse({
    api_version: 'kafka-quotas/v1',
    kind: 'ClientQuota',
    id: row.id,
    metadata: links.metadata(`${clientQuotasPath}/${row.id}`, `${clusterName}/client-quota=${row.id}`, row),
    spec: {
      display_name: row.displayName,
      description: row.description,
      throughput: {
        ingress_byte_rate: String(row.ingressBytesPerSec),
        egress_byte_rate: String(row.egressBytesPerSec),
      },
      cluster: links.reference(clusterId, `${clustersPath}/${clusterId}`, clusterName),
      environment: links.reference(
        environmentId,
        `${environmentsPath}/${environmentId}`,
        links.resourceName(organization, environment),
      ),
      principals: row.principals.map((id) => {
        const kind = kindOf(id);
        const path = `/iam/v2/${kind}s${id === defaultPrincipal ? '' : `/${id}`}`;
        return links.reference(id, path, links.resourceName(organization, [kind, id]));
      }),
    },
  });
};

const kindOf = (id: string): 'service-account' | 'user' | 'api-key' => {
  if (isWellFormedKeyId(id)) return 'api-key';
  return id.startsWith('u-') ? 'user' : 'service-account';
};
