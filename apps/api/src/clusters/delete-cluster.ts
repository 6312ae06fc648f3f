import { Inject, Injectable } from '@nestjs/common';
import { restorableDays } from '@weir/contracts/deleted-clusters';
import type { ControlDb } from '@weir/db/control';
import { setGoing } from '@weir/provisioning/intents.store';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, notFound } from '../http/refused.ts';
import { CLOCK, CONTROL_DB } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';

const dayMs = 86_400_000;

/**
 * From the reply on nobody sees the cluster and no key opens it; its cell keeps all of it for seven days, in which it can
 * be restored. One that is still being made has nothing to be restored, and goes at once.
 */
@Injectable()
export class DeleteCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Resolves with what a dry run would delete; null: it is deleted. */
  async run(call: Call, id: string, dryRun: boolean): Promise<ClusterRow | null> {
    const { organizationId } = call.caller;
    const { outboxId, tried } = await this.db.$transaction(async (tx) => {
      const cluster = await this.store.lock(tx, organizationId, id);
      if (!cluster) throw notFound();
      requireAccess(call.caller, 'cluster:delete', clusterScope(cluster), 'cluster:read');
      if (cluster.deletionProtection) {
        const detail = 'The cluster is protected from deletion. Set spec.deletion_protection to false first.';
        throw conflict('deletion_protected', detail);
      }
      if (dryRun) return { tried: cluster, outboxId: null };
      if (cluster.phase === 'DELETING') return { tried: null, outboxId: null };
      const now = this.clock.now();
      const wasNeverThere = cluster.kind === 'Dedicated' && cluster.bootstrapEndpoint === null;
      if (wasNeverThere) await setGoing(tx, id);
      else {
        const restorableUntil = new Date(now + restorableDays * dayMs);
        await this.store.setDeleted(tx, organizationId, id, { deletedAt: new Date(now), restorableUntil });
      }
      await this.audit.record(tx, call, {
        action: 'cluster.delete',
        resource: { kind: 'Cluster', id },
        before: { display_name: cluster.displayName, kind: cluster.kind },
      });
      return { tried: null, outboxId: await addToOutbox(tx, 'cluster', id, now) };
    });
    if (outboxId !== null) await this.applyNow.run(outboxId);
    return tried;
  }
}
