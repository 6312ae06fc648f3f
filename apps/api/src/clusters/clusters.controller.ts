import { Controller, Inject } from '@nestjs/common';
import {
  type Cluster,
  createCluster,
  deleteCluster,
  getCluster,
  listClusters,
  listReachedLimits,
  updateCluster,
} from '@weir/contracts/clusters';
import type { DryRunOf, ResponseOf } from '@weir/contracts/operation';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess, requireSight } from '../access/require-access.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { CLOCK, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { clustersPath, presentCluster } from './cluster.present.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';
import { CreateCluster } from './create-cluster.ts';
import { DeleteCluster } from './delete-cluster.ts';
import { ReachedLimitStore } from './reached-limit.store.ts';
import { UpdateCluster } from './update-cluster.ts';

const hourMs = 3_600_000;
/** How long a window of a broker's report is. */
const windowMs = 10_000;

@Controller()
export class ClustersController {
  constructor(
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(CreateCluster) private readonly createCluster: CreateCluster,
    @Inject(UpdateCluster) private readonly updateCluster: UpdateCluster,
    @Inject(DeleteCluster) private readonly deleteCluster: DeleteCluster,
    @Inject(ReachedLimitStore) private readonly reachedLimits: ReachedLimitStore,
    @Inject(DryRunCosts) private readonly costs: DryRunCosts,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Links) private readonly links: Links,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Handles(listClusters)
  async list(
    @TheCall(listClusters) call: Call,
    @Input(listClusters) input: InputOf<typeof listClusters>,
  ): Promise<ResponseOf<typeof listClusters>> {
    const request = pageRequest(input.query);
    const { environment } = input.query;
    const { access, organizationId } = call.caller;
    const page = await this.store.list(organizationId, environment, access.reach('cluster:read'), request);
    const { rows, metadata } = presentPage(page, request, this.links, clustersPath, { environment });
    const data = rows.map((row) => this.#present(row));
    return { api_version: 'cmk/v2', kind: 'ClusterList', metadata, data };
  }

  @Handles(createCluster)
  async create(
    @TheCall(createCluster) call: Call,
    @Input(createCluster) input: InputOf<typeof createCluster>,
  ): Promise<ResponseOf<typeof createCluster>> {
    const { dry_run: isDryRun } = input.query;
    const row = await this.createCluster.run(call, input.body, isDryRun);
    return { ...this.#present(row), ...(isDryRun ? await this.#cost(call, null, row) : {}) };
  }

  @Handles(getCluster)
  async get(
    @TheCall(getCluster) call: Call,
    @Input(getCluster) input: InputOf<typeof getCluster>,
  ): Promise<ResponseOf<typeof getCluster>> {
    const { organizationId } = call.caller;
    const row = await this.store.find(organizationId, input.params.id);
    const { environment } = input.query;
    if (!row || (environment !== undefined && environment !== row.environmentId)) throw notFound();
    requireSight(call.caller, 'cluster:read', clusterScope(row));
    return this.#present(row);
  }

  @Handles(updateCluster)
  async update(
    @TheCall(updateCluster) call: Call,
    @Input(updateCluster) input: InputOf<typeof updateCluster>,
  ): Promise<ResponseOf<typeof updateCluster>> {
    const { spec } = input.body;
    const change = {
      displayName: spec.display_name,
      deletionProtection: spec.deletion_protection,
      environmentId: spec.environment?.id,
      config: spec.config,
    };
    const { id } = input.params;
    const { dry_run: isDryRun } = input.query;
    const before = isDryRun ? await this.store.find(call.caller.organizationId, id) : null;
    const row = await this.updateCluster.run(call, id, change, isDryRun);
    return { ...this.#present(row), ...(before === null ? {} : await this.#cost(call, before, row)) };
  }

  @Handles(deleteCluster)
  async delete(
    @TheCall(deleteCluster) call: Call,
    @Input(deleteCluster) input: InputOf<typeof deleteCluster>,
  ): Promise<DryRunOf<typeof deleteCluster> | undefined> {
    const row = await this.deleteCluster.run(call, input.params.id, input.query.dry_run);
    return row === null ? undefined : { dry_run_cost: await this.costs.ofCluster(call, row, null) };
  }

  @Handles(listReachedLimits)
  async listReached(
    @TheCall(listReachedLimits) call: Call,
    @Input(listReachedLimits) input: InputOf<typeof listReachedLimits>,
  ): Promise<ResponseOf<typeof listReachedLimits>> {
    const { organizationId } = call.caller;
    const row = await this.store.find(organizationId, input.params.id);
    if (!row) throw notFound();
    requireAccess(call.caller, 'usage:read', clusterScope(row), 'cluster:read');
    const from = new Date(this.clock.now() - input.query.hours * hourMs);
    const reached = await this.reachedLimits.list(row.id, from);
    const data = reached.map(({ limit, count, since, lastWindowStart }) => ({
      limit,
      count,
      since: since.toISOString(),
      last_reached_at: new Date(lastWindowStart.getTime() + windowMs).toISOString(),
    }));
    return { api_version: 'cmk/v2', kind: 'ReachedLimitList', data };
  }

  async #cost(
    call: Call,
    before: ClusterRow | null,
    after: ClusterRow,
  ): Promise<Pick<Cluster, 'dry_run_cost'>> {
    return { dry_run_cost: await this.costs.ofCluster(call, before, after) };
  }

  #present(row: ClusterRow): Cluster {
    return presentCluster(row, this.links, this.settings);
  }
}
