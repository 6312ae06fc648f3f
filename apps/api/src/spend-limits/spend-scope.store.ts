import type { ControlTx } from '@weir/db/control';
import { invalid } from '../http/refused.ts';

export interface NamedScope {
  readonly scopeKind: string;
  readonly scopeId: string;
}

/** Refuses what the organization does not have. */
export const requireScope = async (
  tx: ControlTx,
  organizationId: string,
  scope: NamedScope,
  word: string,
): Promise<void> => {
  if (await hasScope(tx, organizationId, scope)) return;
  throw invalid(
    `A ${word} is for your organization, or for an environment, a cluster, a service account or a cluster’s key in it.`,
    '/spec/scope/id',
  );
};

const hasScope = async (
  tx: ControlTx,
  organizationId: string,
  { scopeId: id, scopeKind }: NamedScope,
): Promise<boolean> => {
  switch (scopeKind) {
    case 'organization':
      return id === organizationId;
    case 'environment':
      return (await tx.environment.count({ where: { id, organizationId, deletedAt: null } })) > 0;
    case 'cluster':
      return (await tx.cluster.count({ where: { id, organizationId, deletedAt: null } })) > 0;
    case 'service-account':
      return (await tx.serviceAccount.count({ where: { id, organizationId, deletedAt: null } })) > 0;
    default: {
      const where = { id, organizationId, revokedAt: null, clusterId: { not: null } };
      return (await tx.apiKey.count({ where })) > 0;
    }
  }
};
