import { Prisma } from '@weir/db/control';
import type { ChainedEvent } from './chain.ts';

/** An event as it is stored. */
export interface AuditRow extends ChainedEvent {
  readonly organizationId: string;
  readonly id: string;
  readonly time: Date;
  readonly action: string;
  readonly outcome: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly via: string;
  readonly resourceKind: string;
  readonly resourceId: string;
  readonly sourceIp: string | null;
  readonly requestId: string | null;
  readonly before: Prisma.JsonValue;
  readonly after: Prisma.JsonValue;
}

/** Of `audit_events`, as a row has them. */
export const auditColumns = Prisma.sql`organization_id AS "organizationId", sequence, id, time, action, outcome,
  actor_kind AS "actorKind", actor_id AS "actorId", via, resource_kind AS "resourceKind",
  resource_id AS "resourceId", source_ip AS "sourceIp", request_id AS "requestId", before, after,
  previous_hash AS "previousHash", hash`;

const actorKinds = ['User', 'ServiceAccount', 'System', 'Operator'] as const;

export const actorKindOf = (text: string): (typeof actorKinds)[number] =>
  actorKinds.find((kind) => kind === text) ?? 'User';

export const outcomeOf = (text: string): 'SUCCESS' | 'DENIED' => (text === 'DENIED' ? 'DENIED' : 'SUCCESS');
