import { z } from 'zod';
import { Availability, Cluster, ClusterConfig } from './clusters.ts';
import { DryRunQuery, head, list, PageQuery, Timestamp } from './envelope.ts';
import { ClusterId } from './ids.ts';
import { defineOperation } from './operation.ts';

/** For how many days a deleted cluster can be restored. */
export const restorableDays = 7;

export const DeletedCluster = z
  .object({
    ...head('cmk/v2', 'DeletedCluster'),
    id: ClusterId,
    spec: z.object({
      display_name: z.string(),
      availability: Availability,
      cloud: z.string(),
      region: z.string(),
      config: ClusterConfig,
      environment: z.object({ id: z.string(), display_name: z.string() }),
    }),
    status: z.object({
      deleted_at: Timestamp,
      restorable_until: Timestamp.describe('From then on it is gone for good.'),
    }),
  })
  .meta({ id: 'DeletedCluster' });
export type DeletedCluster = z.infer<typeof DeletedCluster>;

const common = { tag: 'Clusters', access: 'cloud', errors: 'cloud' } as const;
const params = z.object({ id: ClusterId });

export const listDeletedClusters = defineOperation({
  ...common,
  id: 'listDeletedClusters',
  method: 'GET',
  path: '/cmk/v2/deleted-clusters',
  summary: 'Deleted clusters that you can restore, newest first.',
  query: PageQuery,
  status: 200,
  response: list('cmk/v2', 'DeletedClusterList', DeletedCluster),
});

export const restoreCluster = defineOperation({
  ...common,
  id: 'restoreCluster',
  method: 'POST',
  path: '/cmk/v2/deleted-clusters/{id}/restore',
  summary: 'Restore a deleted cluster with its topics, keys and ACLs, and its environment if that is gone.',
  params,
  query: DryRunQuery,
  status: 202,
  response: Cluster,
});

export const deleteClusterForGood = defineOperation({
  ...common,
  id: 'deleteClusterForGood',
  method: 'DELETE',
  path: '/cmk/v2/deleted-clusters/{id}',
  summary: 'Remove a deleted cluster at once. Nobody can restore it from then on.',
  params,
  query: DryRunQuery,
  status: 204,
  response: null,
});
