import { Controller, Inject } from '@nestjs/common';
import {
  createClientQuota,
  deleteClientQuota,
  getClientQuota,
  listClientQuotas,
  updateClientQuota,
} from '@weir/contracts/client-quotas';
import type { ResponseOf } from '@weir/contracts/operation';
import { clusterScope, requireSight } from '../access/require-access.ts';
import { ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { ChangeClientQuotas } from './change-client-quotas.ts';
import { clientQuotasPath, presentClientQuota } from './client-quota.present.ts';
import { ClientQuotaStore } from './client-quota.store.ts';

@Controller()
export class ClientQuotasController {
  constructor(
    @Inject(ClientQuotaStore) private readonly store: ClientQuotaStore,
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(ChangeClientQuotas) private readonly quotas: ChangeClientQuotas,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listClientQuotas)
  async list(
    @TheCall(listClientQuotas) { caller }: Call,
    @Input(listClientQuotas) { query }: InputOf<typeof listClientQuotas>,
  ): Promise<ResponseOf<typeof listClientQuotas>> {
    const request = pageRequest(query);
    const { environment, 'spec.cluster': clusterId } = query;
    const { organizationId } = caller;
    const cluster = await this.clusters.find(organizationId, clusterId);
    const isSeen = cluster !== null && caller.access.allows('cluster:read', clusterScope(cluster));
    const page =
      isSeen && cluster.environmentId === environment
        ? await this.store.list(organizationId, clusterId, request)
        : { rows: [], total: 0 };
    const filters = { 'spec.cluster': clusterId, environment };
    const { rows, metadata } = presentPage(page, request, this.links, clientQuotasPath, filters);
    const data = rows.map((row) => presentClientQuota(row, this.links));
    return { api_version: 'kafka-quotas/v1', kind: 'ClientQuotaList', metadata, data };
  }

  @Handles(createClientQuota)
  async create(
    @TheCall(createClientQuota) call: Call,
    @Input(createClientQuota) { body, query }: InputOf<typeof createClientQuota>,
  ): Promise<ResponseOf<typeof createClientQuota>> {
    const { spec } = body;
    const wanted = {
      displayName: spec.display_name,
      description: spec.description,
      ...ratesOf(spec.throughput),
      principals: spec.principals.map(({ id }) => id),
      clusterId: spec.cluster.id,
      environmentId: spec.environment.id,
    };
    return presentClientQuota(await this.quotas.create(call, wanted, query.dry_run), this.links);
  }

  @Handles(getClientQuota)
  async get(
    @TheCall(getClientQuota) { caller }: Call,
    @Input(getClientQuota) { params }: InputOf<typeof getClientQuota>,
  ): Promise<ResponseOf<typeof getClientQuota>> {
    const row = await this.store.find(caller.organizationId, params.id);
    if (!row) throw notFound();
    requireSight(caller, 'cluster:read', clusterScope(row.cluster));
    return presentClientQuota(row, this.links);
  }

  @Handles(updateClientQuota)
  async update(
    @TheCall(updateClientQuota) call: Call,
    @Input(updateClientQuota) { body, params, query }: InputOf<typeof updateClientQuota>,
  ): Promise<ResponseOf<typeof updateClientQuota>> {
    const { spec } = body;
    const rates = spec.throughput === undefined ? undefined : ratesOf(spec.throughput);
    const change = {
      displayName: spec.display_name,
      description: spec.description,
      ingressBytesPerSec: rates?.ingressBytesPerSec,
      egressBytesPerSec: rates?.egressBytesPerSec,
      principals: spec.principals?.map(({ id }) => id),
    };
    return presentClientQuota(await this.quotas.update(call, params.id, change, query.dry_run), this.links);
  }

  @Handles(deleteClientQuota)
  async delete(
    @TheCall(deleteClientQuota) call: Call,
    @Input(deleteClientQuota) { params, query }: InputOf<typeof deleteClientQuota>,
  ): Promise<void> {
    await this.quotas.remove(call, params.id, query.dry_run);
  }
}

const ratesOf = (throughput: { readonly ingress_byte_rate: string; readonly egress_byte_rate: string }) => ({
  ingressBytesPerSec: BigInt(throughput.ingress_byte_rate),
  egressBytesPerSec: BigInt(throughput.egress_byte_rate),
});
