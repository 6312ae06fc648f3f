import { Inject, Injectable } from '@nestjs/common';
import type { AuditDetail } from '@weir/audit-log/append-event.store';
import type { AclFilter, AclInput } from '@weir/contracts/acls';
import type { ControlDb } from '@weir/db/control';
import { holdsAll } from '@weir/metadata-store/grantable';
import type { AclBinding, AclOperation } from '@weir/metadata-store/model';
import { aclKey, decideNewAcl } from '@weir/metadata-store/rules';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { KafkaClusters, type OpenCluster } from '../kafka/kafka-clusters.ts';
import { badKafkaRequest, clusterNotReady, notAuthorized } from '../kafka/kafka-refusals.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { matchesFilter } from './acl-filter.ts';

/** ACLs have their only home in the cell. Adding one that is there, or removing one that is not, is no change. */
@Injectable()
export class ChangeAcls {
  constructor(
    @Inject(KafkaClusters) private readonly clusters: KafkaClusters,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(CONTROL_DB) private readonly db: ControlDb,
  ) {}

  async list(call: Call, clusterId: string, filter: AclFilter) {
    const open = await this.#open(call, clusterId, 'DESCRIBE');
    return { open, bindings: await this.#find(open, filter) };
  }

  async create(call: Call, clusterId: string, input: AclInput, dryRun: boolean): Promise<void> {
    const open = await this.#open(call, clusterId, 'ALTER');
    const binding: AclBinding = {
      clusterId,
      principal: input.principal,
      resourceType: input.resource_type,
      patternType: input.pattern_type,
      resourceName: input.resource_name,
      operation: input.operation,
      permission: input.permission,
      host: input.host,
    };
    if (binding.permission === 'ALLOW') await this.#requireHeld(open, binding);
    const result = dryRun ? await this.#wouldFit(open, binding) : await open.store.applyAcl(binding);
    if (!result.ok) {
      throw result.refusal === 'UNKNOWN_CLUSTER' ? clusterNotReady() : badKafkaRequest(result.message);
    }
    if (!dryRun) await this.#record(call, 'acl.create', clusterId, { after: detailOf(binding) });
  }

  async remove(call: Call, clusterId: string, filter: AclFilter, dryRun: boolean) {
    const open = await this.#open(call, clusterId, 'ALTER');
    const bindings = await this.#find(open, filter);
    for (const binding of bindings) if (binding.permission === 'DENY') await this.#requireHeld(open, binding);
    if (dryRun) return { open, bindings };
    for (const binding of bindings) {
      await open.store.removeAcl(binding);
      await this.#record(call, 'acl.delete', clusterId, { before: detailOf(binding) });
    }
    return { open, bindings };
  }

  /** Kafka asks for these operations on the cluster itself. */
  async #open(call: Call, clusterId: string, operation: AclOperation): Promise<OpenCluster> {
    const open = await this.clusters.open(call, clusterId);
    if (open.allows(operation, 'CLUSTER', 'kafka-cluster')) return open;
    throw notAuthorized(
      `${open.principal} is not allowed to ${operation} this cluster's ACLs. A role or an ACL can allow it.`,
    );
  }

  /**
   * Who may change ACLs by an ACL gives no more by it than he has, and removes none that denies it to him. Denying
   * something gives nobody anything.
   */
  async #requireHeld(open: OpenCluster, binding: AclBinding): Promise<void> {
    if (open.isAdmin) return;
    const { bindings, roleGrants } = await open.view.said(open.cluster.id);
    if (holdsAll(open.principal, bindings, roleGrants.grants, binding)) return;
    const what = `${binding.operation} ${binding.resourceType} ${binding.resourceName}`;
    throw notAuthorized(`${open.principal} is not allowed ${what} itself, and so cannot give it to others.`);
  }

  /** As the cell's store would decide it. */
  async #wouldFit({ store, view }: OpenCluster, binding: AclBinding) {
    const bindings = await view.acls(binding.clusterId);
    const key = aclKey(binding);
    if (bindings.some((each) => aclKey(each) === key)) return { ok: true } as const;
    return decideNewAcl(binding, await store.findCluster(binding.clusterId), bindings.length);
  }

  async #find(open: OpenCluster, filter: AclFilter): Promise<readonly AclBinding[]> {
    const bindings = await open.view.acls(open.cluster.id);
    return bindings.filter((binding) => matchesFilter(binding, filter));
  }

  #record(
    call: Call,
    action: string,
    clusterId: string,
    change: { before?: AuditDetail; after?: AuditDetail },
  ): Promise<void> {
    const resource = { kind: 'Cluster', id: clusterId };
    return this.db.$transaction((tx) => this.audit.record(tx, call, { action, resource, ...change }));
  }
}

const detailOf = (binding: AclBinding): AuditDetail => ({
  principal: binding.principal,
  resource: `${binding.resourceType}:${binding.patternType}:${binding.resourceName}`,
  operation: binding.operation,
  permission: binding.permission,
  host: binding.host,
});
