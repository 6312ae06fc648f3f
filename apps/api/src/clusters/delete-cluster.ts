import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { ClusterStore } from './cluster.store.ts';

@Injectable()
export class DeleteCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(call: Call, id: string, dryRun: boolean): Promise<void> {
    if (!mayAdminister(call.caller)) throw notFound();
    const { organizationId } = call.caller;
    const outboxId = await this.db.$transaction(async (tx) => {
      const cluster = await this.store.lock(tx, organizationId, id);
      if (!cluster) throw notFound();
      if (cluster.deletionProtection) {
        const detail = 'The cluster is protected from deletion. Set spec.deletion_protection to false first.';
        throw conflict('deletion_protected', detail);
      }
      if (dryRun || cluster.phase === 'DELETING') return null;
      await this.store.setDeleting(tx, organizationId, id);
      await this.audit.record(tx, call, {
        action: 'cluster.delete',
        resource: { kind: 'Cluster', id },
        before: { display_name: cluster.displayName, kind: cluster.kind },
      });
      return addToOutbox(tx, 'cluster', id, this.clock.now());
    });
    if (outboxId !== null) await this.applyNow.run(outboxId);
  }
}
