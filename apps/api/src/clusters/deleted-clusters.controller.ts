import { Controller, Inject } from '@nestjs/common';
import {
  DeletedCluster,
  deleteClusterForGood,
  listDeletedClusters,
  restoreCluster,
} from '@weir/contracts/deleted-clusters';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Clock } from '@weir/runtime/clock';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { Links } from '../platform/links.ts';
import { CLOCK, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { clusterResourceName, configOf, presentCluster } from './cluster.present.ts';
import { type DeletedClusterRow, DeletedClusterStore } from './deleted-cluster.store.ts';
import { RestoreCluster } from './restore-cluster.ts';

const path = listDeletedClusters.path;

@Controller()
export class DeletedClustersController {
  constructor(
    @Inject(DeletedClusterStore) private readonly store: DeletedClusterStore,
    @Inject(RestoreCluster) private readonly restoreCluster: RestoreCluster,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Links) private readonly links: Links,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Handles(listDeletedClusters)
  async list(
    @TheCall(listDeletedClusters) call: Call,
    @Input(listDeletedClusters) input: InputOf<typeof listDeletedClusters>,
  ): Promise<ResponseOf<typeof listDeletedClusters>> {
    const request = pageRequest(input.query);
    const { access, organizationId } = call.caller;
    const now = new Date(this.clock.now());
    const page = await this.store.list(organizationId, access.reach('cluster:delete'), now, request);
    const { rows, metadata } = presentPage(page, request, this.links, path, {});
    const data = rows.map((row) => this.#present(row));
    return { api_version: 'cmk/v2', kind: 'DeletedClusterList', metadata, data };
  }

  @Handles(restoreCluster)
  async restore(
    @TheCall(restoreCluster) call: Call,
    @Input(restoreCluster) { params, query }: InputOf<typeof restoreCluster>,
  ): Promise<ResponseOf<typeof restoreCluster>> {
    const row = await this.restoreCluster.restore(call, params.id, query.dry_run);
    const cost = query.dry_run ? { dry_run_cost: await this.costs.ofCluster(call, null, row) } : {};
    return { ...presentCluster(row, this.links, this.settings), ...cost };
  }

  @Handles(deleteClusterForGood)
  async deleteForGood(
    @TheCall(deleteClusterForGood) call: Call,
    @Input(deleteClusterForGood) { params, query }: InputOf<typeof deleteClusterForGood>,
  ): Promise<void> {
    await this.restoreCluster.deleteForGood(call, params.id, query.dry_run);
  }

  #present(row: DeletedClusterRow): DeletedCluster {
    const { availability, cloud, deletedAt, displayName, id, region, restorableUntil } = row;
    return DeletedCluster.parse({
      api_version: 'cmk/v2',
      kind: 'DeletedCluster',
      id,
      metadata: this.links.metadata(`${path}/${id}`, clusterResourceName(row, this.links), row),
      spec: {
        ...{ display_name: displayName, availability, cloud, region, config: configOf(row) },
        environment: { id: row.environmentId, display_name: row.environmentName },
      },
      status: { deleted_at: deletedAt.toISOString(), restorable_until: restorableUntil.toISOString() },
    });
  }
}
