import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict, invalid, notFound } from '../http/refused.ts';
import { mayAdminister } from '../http/roles.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { type ClusterRow, ClusterStore } from './cluster.store.ts';

export interface ClusterChange {
  readonly displayName: string | undefined;
  readonly deletionProtection: boolean | undefined;
  /** Only to be compared: a cluster does not move. */
  readonly environmentId: string | undefined;
}

/** What only the control plane knows of a cluster; the cell is not concerned. */
@Injectable()
export class UpdateCluster {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
  ) {}

  async run(call: Call, id: string, change: ClusterChange, dryRun: boolean): Promise<ClusterRow> {
    const { organizationId } = call.caller;
    if (!mayAdminister(call.caller)) throw notFound();
    return this.db.$transaction(async (tx) => {
      const before = await this.store.lock(tx, organizationId, id);
      if (!before) throw notFound();
      if (before.phase === 'DELETING') throw conflict('deleting', 'The cluster is being deleted.');
      if (change.environmentId !== undefined && change.environmentId !== before.environmentId) {
        throw invalid(
          'A cluster stays in its environment. Create one there instead.',
          '/spec/environment/id',
        );
      }
      const after = {
        displayName: change.displayName ?? before.displayName,
        deletionProtection: change.deletionProtection ?? before.deletionProtection,
      };
      if (dryRun) return { ...before, ...after };
      await this.audit.record(tx, call, {
        action: 'cluster.update',
        resource: { kind: 'Cluster', id },
        before: { display_name: before.displayName, deletion_protection: before.deletionProtection },
        after: { display_name: after.displayName, deletion_protection: after.deletionProtection },
      });
      return this.store.update(tx, organizationId, id, after);
    });
  }
}
