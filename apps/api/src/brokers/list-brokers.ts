import { Inject, Injectable } from '@nestjs/common';
import type { Broker } from '@weir/contracts/brokers';
import type { ControlDb } from '@weir/db/control';
import { findCell } from '@weir/provisioning/cell.store';
import { clusterScope, requireAccess } from '../access/require-access.ts';
import { ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { notFound } from '../http/refused.ts';
import { KafkaClusters } from '../kafka/kafka-clusters.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { heldBy, presentBroker } from './broker.present.ts';
import { StoredBytes } from './stored-bytes.ts';

@Injectable()
export class ListBrokers {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(ClusterStore) private readonly store: ClusterStore,
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(StoredBytes) private readonly storedBytes: StoredBytes,
  ) {}

  /** By id. Brokers that a cluster shares with others are nobody's to see. */
  async run(call: Call, id: string): Promise<readonly Broker[]> {
    const cluster = await this.store.find(call.caller.organizationId, id);
    if (!cluster) throw notFound();
    requireAccess(call.caller, 'usage:read', clusterScope(cluster), 'cluster:read');
    if (cluster.kind !== 'Dedicated') return [];
    const cell = await findCell(this.db, cluster.cellId);
    const rows = cell?.brokers ?? [];
    // Until then nothing serves it, and its store may not be there.
    if (cluster.statusCku === null) return rows.map((row) => presentBroker(row, null, undefined, null));
    const open = await this.clusters.open(call, id);
    const [topics, records, bytes] = await Promise.all([
      open.view.topics(id),
      open.view.brokers(),
      this.storedBytes.of(call, open),
    ]);
    const held = heldBy(topics);
    return rows.map((row) => {
      const { brokerId } = row;
      const record = records.get(brokerId) ?? null;
      return presentBroker(row, record, held.get(brokerId), bytes.get(brokerId) ?? null);
    });
  }
}
