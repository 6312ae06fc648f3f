import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { offsetOf, offsetToken } from '../http/offset-paging.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { Links } from '../platform/links.ts';
import { ListAppliedQuotas } from './list-applied-quotas.ts';

@Controller()
export class AppliedQuotasController {
  constructor(
    @Inject(ListAppliedQuotas) private readonly quotas: ListAppliedQuotas,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listAppliedQuotas)
  async list(
    @TheCall(listAppliedQuotas) call: Call,
    @Input(listAppliedQuotas) { query }: InputOf<typeof listAppliedQuotas>,
  ): Promise<ResponseOf<typeof listAppliedQuotas>> {
    const { environment: environmentId, kafka_cluster: clusterId, page_size: size, scope } = query;
    const offset = offsetOf(query.page_token);
    const asked = { scope, environmentId, clusterId, offset, size };
    const { rows, total } = call.caller.access.allows('quota:read', organizationScope)
      ? await this.quotas.run(call, asked)
      : { rows: [], total: 0 };
    const address = (at: number | null) => {
      const given = new URLSearchParams({ scope, page_size: String(size) });
      if (environmentId !== undefined) given.set('environment', environmentId);
      if (clusterId !== undefined) given.set('kafka_cluster', clusterId);
      if (at !== null) given.set('page_token', offsetToken(at));
      return this.links.url(`${listAppliedQuotas.path}?${given}`);
    };
    const end = offset + size;
    const next = end < total ? { next: address(end) } : {};
    const metadata = { first: address(null), ...next, total_size: total };
    return { api_version: 'service-quota/v1', kind: 'AppliedQuotaList', metadata, data: [...rows] };
  }
}
