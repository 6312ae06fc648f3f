import { Inject, Injectable } from '@nestjs/common';
import { type AppliedQuota, organizationLimitNames } from '@weir/contracts/quotas';
import type { Call } from '../http/call.ts';
import {
  appliedLimit,
  defaultLimit,
  keysPerOwnerMax,
  limitDisplayNames,
} from '../quotas/organization-limits.ts';
import { QuotaStore } from '../quotas/quota.store.ts';
import { clusterLimits } from './cluster-limits.ts';
import { ClusterUse } from './cluster-use.ts';
import { LimitedSubjectStore, type Subject, type SubjectPage } from './limited-subject.store.ts';

export interface AskedQuotas {
  readonly scope: AppliedQuota['scope'];
  readonly environmentId: string | undefined;
  readonly clusterId: string | undefined;
  /** Rows before the page, and in it. */
  readonly offset: number;
  readonly size: number;
}

export interface QuotaRows {
  readonly rows: readonly AppliedQuota[];
  readonly total: number;
}

const common = { api_version: 'service-quota/v1', kind: 'AppliedQuota' } as const;

/** What may be had and what there is, of whoever it is asked for. */
@Injectable()
export class ListAppliedQuotas {
  constructor(
    @Inject(QuotaStore) private readonly quotas: QuotaStore,
    @Inject(LimitedSubjectStore) private readonly subjects: LimitedSubjectStore,
    @Inject(ClusterUse) private readonly clusterUse: ClusterUse,
  ) {}

  run(call: Call, asked: AskedQuotas): Promise<QuotaRows> {
    const { organizationId } = call.caller;
    switch (asked.scope) {
      case 'ORGANIZATION':
        return this.#ofOrganization(organizationId, asked);
      case 'KAFKA_CLUSTER': {
        const filter = { id: asked.clusterId, environmentId: asked.environmentId };
        const pageOf = (range: { skip: number; take: number }) =>
          this.subjects.clusters(organizationId, filter, range);
        return pageOfRows(asked, clusterLimits.length, pageOf, (cluster) => this.#ofCluster(call, cluster));
      }
      case 'SERVICE_ACCOUNT':
        return pageOfRows(
          asked,
          1,
          (range) => this.subjects.serviceAccounts(organizationId, range),
          (account) => this.#ofOwner(organizationId, 'SERVICE_ACCOUNT', account),
        );
      case 'USER_ACCOUNT':
        return pageOfRows(
          asked,
          1,
          (range) => this.subjects.people(organizationId, range),
          (person) => this.#ofOwner(organizationId, 'USER_ACCOUNT', person),
        );
      case 'ENVIRONMENT':
        return Promise.resolve({ rows: [], total: 0 });
    }
  }

  async #ofOrganization(id: string, { offset, size }: AskedQuotas): Promise<QuotaRows> {
    const { isVerified, changed } = await this.quotas.standing(id);
    const names = organizationLimitNames.slice(offset, offset + size);
    const rows = await Promise.all(
      names.map(async (name) => ({
        ...common,
        id: `organization.${name}.max`,
        scope: 'ORGANIZATION' as const,
        display_name: limitDisplayNames[name],
        default_limit: defaultLimit(name, isVerified),
        applied_limit: appliedLimit(name, isVerified, changed),
        usage: await this.quotas.count(id, name),
        organization: { id },
      })),
    );
    return { rows, total: organizationLimitNames.length };
  }

  async #ofCluster(call: Call, { id, environmentId }: Subject): Promise<AppliedQuota[]> {
    const uses = await this.clusterUse.run(call, id);
    return clusterLimits.map((limit) => ({
      ...common,
      id: limit.id,
      scope: 'KAFKA_CLUSTER',
      display_name: limit.text,
      default_limit: uses[limit.name].byDefault,
      applied_limit: uses[limit.name].applied,
      usage: uses[limit.name].usage,
      organization: { id: call.caller.organizationId },
      ...(environmentId === undefined ? {} : { environment: { id: environmentId } }),
      kafka_cluster: { id },
    }));
  }

  async #ofOwner(
    organizationId: string,
    scope: 'SERVICE_ACCOUNT' | 'USER_ACCOUNT',
    { id }: Subject,
  ): Promise<AppliedQuota[]> {
    const row: AppliedQuota = {
      ...common,
      id: `${scope.toLowerCase()}.api_keys.max`,
      scope,
      display_name: 'API keys',
      default_limit: keysPerOwnerMax,
      applied_limit: keysPerOwnerMax,
      usage: await this.quotas.countKeysOf(organizationId, id),
      organization: { id: organizationId },
      user: { id },
    };
    return [row];
  }
}

/** Rows of a page, where each subject has so many: only the subjects that are on it are looked at. */
const pageOfRows = async (
  { offset, size }: AskedQuotas,
  rowsEach: number,
  pageOf: (range: { skip: number; take: number }) => Promise<SubjectPage>,
  rowsOf: (subject: Subject) => Promise<readonly AppliedQuota[]>,
): Promise<QuotaRows> => {
  const skip = Math.floor(offset / rowsEach);
  const take = Math.ceil((offset + size) / rowsEach) - skip;
  const { subjects, total } = await pageOf({ skip, take });
  const rows = (await Promise.all(subjects.map(rowsOf))).flat();
  const before = offset - skip * rowsEach;
  return { rows: rows.slice(before, before + size), total: total * rowsEach };
};
