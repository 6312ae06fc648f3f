import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { listRegions, type Region } from '@weir/contracts/regions';
import { Handles } from '../http/operations.ts';
import { Links } from '../platform/links.ts';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { offeredAvailabilities, offeredKinds } from './cluster.policy.ts';
import { ClusterCellStore } from './cluster-cell.store.ts';

/** What is offered, the same for everybody. */
@Controller()
export class RegionsController {
  constructor(
    @Inject(ClusterCellStore) private readonly cells: ClusterCellStore,
    @Inject(Links) private readonly links: Links,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Handles(listRegions)
  async list(): Promise<ResponseOf<typeof listRegions>> {
    const cluster_kinds = offeredKinds(this.settings.dedicatedBrokers).map((kind) => ({
      kind,
      availabilities: [...offeredAvailabilities[kind]],
    }));
    const named = new Map((await this.cells.open()).map((cell) => [`${cell.cloud}.${cell.region}`, cell]));
    const data = [...named].map(
      ([id, { cloud, region }]): Region => ({
        ...{ api_version: 'cmk/v2', kind: 'Region', id, cloud, region_name: region, cluster_kinds },
      }),
    );
    const metadata = { first: this.links.url(listRegions.path), total_size: data.length };
    return { api_version: 'cmk/v2', kind: 'RegionList', metadata, data };
  }
}
