import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import { type AppliedQuota, listAppliedQuotas, organizationLimitNames } from '@weir/contracts/quotas';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { mayAdminister } from '../http/roles.ts';
import { Links } from '../platform/links.ts';
import { appliedLimit, defaultLimit, limitDisplayNames } from './organization-limits.ts';
import { QuotaStore } from './quota.store.ts';

@Controller()
export class AppliedQuotasController {
  constructor(
    @Inject(QuotaStore) private readonly store: QuotaStore,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listAppliedQuotas)
  async list(
    @TheCall(listAppliedQuotas) call: Call,
    @Input(listAppliedQuotas) { query }: InputOf<typeof listAppliedQuotas>,
  ): Promise<ResponseOf<typeof listAppliedQuotas>> {
    const isAsked = query.scope === 'ORGANIZATION' && mayAdminister(call.caller);
    const data = isAsked ? await this.#ofOrganization(call.caller.organizationId) : [];
    const first = this.links.url(`${listAppliedQuotas.path}?scope=${query.scope}`);
    const metadata = { first, total_size: data.length };
    return { api_version: 'service-quota/v1', kind: 'AppliedQuotaList', metadata, data };
  }

  async #ofOrganization(id: string): Promise<AppliedQuota[]> {
    const { isVerified, changed } = await this.store.standing(id);
    return Promise.all(
      organizationLimitNames.map(async (name) => ({
        api_version: 'service-quota/v1' as const,
        kind: 'AppliedQuota' as const,
        id: `organization.${name}.max`,
        scope: 'ORGANIZATION' as const,
        display_name: limitDisplayNames[name],
        default_limit: defaultLimit(name, isVerified),
        applied_limit: appliedLimit(name, isVerified, changed),
        usage: await this.store.count(id, name),
        organization: { id },
      })),
    );
  }
}
