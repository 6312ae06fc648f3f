import type { AlterClientQuotasRequest } from '@weir/kafka-protocol/apis/49-alter-client-quotas';
import type { QuotaEntity } from '@weir/metadata-store/entity-quotas';

/** What Kafka has quotas for. */
export const quotaTypes: ReadonlySet<string> = new Set(['user', 'client-id', 'ip']);

type WireEntity = AlterClientQuotasRequest['entries'][number]['entity'];

export function namedEntity({ user, clientId }: QuotaEntity): WireEntity {
  return [
    ...(user === undefined ? [] : [{ entityType: 'user', entityName: user }]),
    ...(clientId === undefined ? [] : [{ entityType: 'client-id', entityName: clientId }]),
  ];
}

/** What is wrong with it, or the entity. */
export function entityOf(parts: WireEntity): QuotaEntity | string {
  const names = new Map<string, string | null>();
  for (const { entityType, entityName } of parts) {
    if (!quotaTypes.has(entityType)) return `Unhandled client quota entity type: ${entityType}`;
    if (names.has(entityType)) return `The entity type ${entityType} is named several times.`;
    if (entityName === '') return `Empty ${entityType} not supported`;
    names.set(entityType, entityName);
  }
  if (names.has('ip')) return 'Addresses have no quotas here: connections are bounded for the cluster.';
  const user = names.get('user');
  const clientId = names.get('client-id');
  return { ...(user === undefined ? {} : { user }), ...(clientId === undefined ? {} : { clientId }) };
}
