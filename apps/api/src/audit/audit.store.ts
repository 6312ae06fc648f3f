import { Inject, Injectable } from '@nestjs/common';
import { type AuditDetail, appendEvent } from '@weir/audit-log/append-event.store';
import type { ControlTx } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Call } from '../http/call.ts';
import { CLOCK } from '../platform/tokens.ts';

export interface AuditEntry {
  /** `<resource>.<verb>`, such as `cluster.create`. */
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id: string };
  readonly before?: AuditDetail;
  readonly after?: AuditDetail;
}

/** Who did what. Written in the caller's transaction: what happened and that it was recorded are one. */
@Injectable()
export class AuditStore {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  record(
    tx: ControlTx,
    { caller, requestId, sourceIp }: Call,
    { action, after, before, resource }: AuditEntry,
    outcome: 'SUCCESS' | 'DENIED' = 'SUCCESS',
  ): Promise<void> {
    return appendEvent(tx, {
      organizationId: caller.organizationId,
      time: new Date(this.clock.now()),
      action,
      outcome,
      actorKind: caller.kind,
      actorId: caller.id,
      via: caller.via,
      resourceKind: resource.kind,
      resourceId: resource.id,
      sourceIp,
      requestId,
      before: before ?? null,
      after: after ?? null,
    });
  }
}
