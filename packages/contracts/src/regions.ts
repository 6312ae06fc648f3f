import { z } from 'zod';
import { clusterKinds } from './cluster-kinds.ts';
import { Availability } from './clusters.ts';
import { ListMetadata } from './envelope.ts';
import { defineOperation } from './operation.ts';

export const Region = z
  .object({
    api_version: z.literal('cmk/v2'),
    kind: z.literal('Region'),
    id: z.string().meta({ example: 'LOCAL.local' }),
    cloud: z.string().meta({ example: 'LOCAL' }),
    region_name: z.string().meta({ example: 'local' }),
    cluster_kinds: z
      .array(z.object({ kind: z.enum(clusterKinds), availabilities: z.array(Availability) }))
      .describe('What can be created there.'),
  })
  .meta({ id: 'Region' });
export type Region = z.infer<typeof Region>;

export const listRegions = defineOperation({
  tag: 'Clusters',
  access: 'cloud',
  errors: 'cloud',
  id: 'listRegions',
  method: 'GET',
  path: '/cmk/v2/regions',
  summary: 'Where clusters can be created, and of which kinds.',
  status: 200,
  response: z
    .object({
      api_version: z.literal('cmk/v2'),
      kind: z.literal('RegionList'),
      metadata: ListMetadata,
      data: z.array(Region),
    })
    .meta({ id: 'RegionList' }),
});
