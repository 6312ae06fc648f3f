import { Inject, Injectable } from '@nestjs/common';
import { readCrn, type Scope } from '@weir/contracts/crn';
import { clusterScope, environmentScope, organizationScope } from '../access/require-access.ts';
import { ClusterStore } from '../clusters/cluster.store.ts';
import { EnvironmentStore } from '../environments/environment.store.ts';
import type { Caller } from '../http/call.ts';
import { invalid } from '../http/refused.ts';
import { seesAccount } from '../service-accounts/service-account.policy.ts';
import { ServiceAccountStore } from '../service-accounts/service-account.store.ts';

/** What a CRN means to a caller. */
@Injectable()
export class FindScope {
  constructor(
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(EnvironmentStore) private readonly environments: EnvironmentStore,
    @Inject(ServiceAccountStore) private readonly serviceAccounts: ServiceAccountStore,
  ) {}

  /** Refuses what is no CRN. Null for one of another organization. */
  read({ organizationId }: Caller, text: string, place: 'body' | 'query'): Scope | null {
    const read = readCrn(text);
    if (!read.ok) {
      if (place === 'body') throw invalid(read.problem, '/crn_pattern');
      throw invalid(`crn_pattern: ${read.problem}`);
    }
    return read.crn.organizationId === organizationId ? read.crn.scope : null;
  }

  /** Whether it is there, in the place that the CRN says, and the caller may see it. Names need not exist. */
  async isSeen({ access, organizationId }: Caller, scope: Scope): Promise<boolean> {
    switch (scope.kind) {
      case 'organization':
        return access.allows('organization:read', organizationScope);
      case 'service-account': {
        const { serviceAccountId } = scope;
        if (!seesAccount(access, serviceAccountId)) return false;
        if (serviceAccountId === '*') return true;
        return (await this.serviceAccounts.find(organizationId, serviceAccountId)) !== null;
      }
      case 'environment': {
        if (!access.allows('environment:read', environmentScope(scope.environmentId))) return false;
        return (await this.environments.find(organizationId, scope.environmentId)) !== null;
      }
      case 'cluster':
      case 'topic':
      case 'group':
      case 'transactional-id': {
        const cluster = await this.clusters.find(organizationId, scope.clusterId);
        if (cluster === null || cluster.environmentId !== scope.environmentId) return false;
        return access.allows('cluster:read', clusterScope(cluster));
      }
    }
  }
}
