import { Cluster } from '@weir/contracts/clusters';
import { bootstrapEndpointOf } from '@weir/kafka-client/bootstrap';
import { environmentsPath } from '../environments/environment.present.ts';
import type { Links } from '../platform/links.ts';
import type { ApiSettings } from '../settings.ts';
import type { ClusterRow } from './cluster.store.ts';

export const clustersPath = '/cmk/v2/clusters';
/** The certificate by which clients know the brokers, for everybody. */
export const brokerCaPath = '/kafka-ca.pem';

export const presentCluster = (
  row: ClusterRow,
  links: Links,
  settings: Pick<ApiSettings, 'bootstrapEndpoint' | 'brokerAccess'>,
): Cluster => {
  const environment = ['environment', row.environmentId] as const;
  const organization = ['organization', row.organizationId] as const;
  const environmentName = links.resourceName(organization, environment);
  return Cluster.parse({
    api_version: 'cmk/v2',
    kind: 'Cluster',
    id: row.id,
    metadata: links.metadata(`${clustersPath}/${row.id}`, clusterResourceName(row, links), row),
    spec: {
      display_name: row.displayName,
      availability: row.availability,
      cloud: row.cloud,
      region: row.region,
      config: configOf(row),
      kafka_bootstrap_endpoint: bootstrapEndpointOf(row, settings),
      ...(settings.brokerAccess.ca === null ? {} : { kafka_ca_endpoint: links.url(brokerCaPath) }),
      http_endpoint: links.url(''),
      deletion_protection: row.deletionProtection,
      environment: links.reference(
        row.environmentId,
        `${environmentsPath}/${row.environmentId}`,
        environmentName,
      ),
    },
    status: { phase: row.phase, ...(row.kind === 'Dedicated' ? { cku: row.statusCku ?? 0 } : {}) },
  });
};

export const configOf = ({ cku, kind }: Pick<ClusterRow, 'cku' | 'kind'>) =>
  kind === 'Dedicated' ? { kind, cku } : { kind };

/** Clients of such an API read `/kafka=` out of it. */
export const clusterResourceName = (
  row: Pick<ClusterRow, 'id' | 'organizationId' | 'environmentId'>,
  links: Links,
): string =>
  links.resourceName(
    ['organization', row.organizationId],
    ['environment', row.environmentId],
    ['cloud-cluster', row.id],
    ['kafka', row.id],
  );
