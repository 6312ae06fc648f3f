import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { listAppliedQuotas } from '@weir/contracts/quotas';
import { z } from 'zod';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { invalid } from '../http/refused.ts';
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
      if (at !== null) given.set('page_token', tokenOf(at));
      return this.links.url(`${listAppliedQuotas.path}?${given}`);
    };
    const end = offset + size;
    const next = end < total ? { next: address(end) } : {};
    const metadata = { first: address(null), ...next, total_size: total };
    return { api_version: 'service-quota/v1', kind: 'AppliedQuotaList', metadata, data: [...rows] };
  }
}

const rowsMax = 1_000_000;
const Token = z.tuple([z.int().min(0).max(rowsMax)]);

const tokenOf = (offset: number): string => Buffer.from(JSON.stringify([offset])).toString('base64url');

const offsetOf = (token: string | undefined): number => {
  if (token === undefined) return 0;
  try {
    return Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()))[0];
  } catch {
    // Whatever is wrong with it, the caller can only do one thing.
    throw invalid('The page_token is not one of ours. Take it from metadata.next, or leave it out.');
  }
};
