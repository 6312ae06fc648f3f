import { Inject, Injectable } from '@nestjs/common';
import type { AclOperation, AclResourceType } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { Cells } from '@weir/provisioning/cells';
import { principalOf } from '@weir/provisioning/key-intent';
import { clusterScope } from '../access/require-access.ts';
import { type ClusterRow, ClusterStore } from '../clusters/cluster.store.ts';
import type { Call } from '../http/call.ts';
import { CELLS } from '../platform/tokens.ts';
import { CellView } from './cell-view.ts';
import { clusterNotReady, clusterUnknown } from './kafka-refusals.ts';

/** A cluster that the caller may enter, and what the caller may do in it. */
export interface OpenCluster {
  readonly cluster: ClusterRow;
  readonly store: MetadataStore;
  readonly view: CellView;
  /** `User:<id>` of the caller. */
  readonly principal: string;
  /** Administers the cluster, and so may do everything in it, whatever its ACLs say. */
  readonly isAdmin: boolean;
  /** As the cluster's brokers would decide it. */
  allows(operation: AclOperation, type: AclResourceType, name: string): boolean;
}

/**
 * The way into a cluster for /kafka/v3. Its administrators may do everything; everyone else, and whoever comes with a
 * cluster's key, has what roles and the cluster's ACLs allow. Who has nothing there is told the same as if there were
 * no such cluster.
 */
@Injectable()
export class KafkaClusters {
  readonly #views = new Map<string, CellView>();

  constructor(
    @Inject(ClusterStore) private readonly clusters: ClusterStore,
    @Inject(CELLS) private readonly cells: Cells,
  ) {}

  async open(call: Call, clusterId: string): Promise<OpenCluster> {
    const { caller } = call;
    const elsewhere = caller.clusterId !== null && caller.clusterId !== clusterId;
    const cluster = elsewhere ? null : await this.clusters.find(caller.organizationId, clusterId);
    if (!cluster || cluster.phase === 'DELETING') throw clusterUnknown();
    // Its cell has no store yet, so that nobody but who administers the cluster can be told from others.
    if (cluster.kind === 'Dedicated' && cluster.statusCku === null) {
      throw caller.access.allows('cluster:read', clusterScope(cluster))
        ? clusterNotReady()
        : clusterUnknown();
    }
    const store = this.cells.store(cluster.cellId);
    const view = this.#viewOf(cluster.cellId, store);
    const principal = principalOf(caller.id);
    const scope = clusterScope(cluster);
    if (caller.access.allows('cluster:administer', scope)) {
      return { cluster, store, view, principal, isAdmin: true, allows: () => true };
    }
    const index = await view.authorizer(clusterId);
    const known =
      caller.clusterId === clusterId || caller.access.allows('cluster:read', scope) || index.knows(principal);
    if (!known) throw clusterUnknown();
    const host = call.sourceIp ?? '*';
    return {
      cluster,
      store,
      view,
      principal,
      isAdmin: false,
      allows: (operation, type, name) => index.allows(principal, host, operation, type, name),
    };
  }

  #viewOf(cellId: string, store: MetadataStore): CellView {
    const view = this.#views.get(cellId) ?? new CellView(store);
    this.#views.set(cellId, view);
    return view;
  }
}
