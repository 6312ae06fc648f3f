import { Controller, Inject } from '@nestjs/common';
import { Acl, createAcl, deleteAcls, listAcls } from '@weir/contracts/acls';
import type { ResponseOf } from '@weir/contracts/operation';
import type { AclBinding } from '@weir/metadata-store/model';
import { clusterResourceName } from '../clusters/cluster.present.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import type { OpenCluster } from '../kafka/kafka-clusters.ts';
import { Links } from '../platform/links.ts';
import { ChangeAcls } from './change-acls.ts';

@Controller()
export class AclsController {
  constructor(
    @Inject(ChangeAcls) private readonly acls: ChangeAcls,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listAcls)
  async list(
    @TheCall(listAcls) call: Call,
    @Input(listAcls) input: InputOf<typeof listAcls>,
  ): Promise<ResponseOf<typeof listAcls>> {
    const found = await this.acls.list(call, input.params.cluster_id, input.query);
    return this.#present(found.open, found.bindings);
  }

  @Handles(createAcl)
  async create(
    @TheCall(createAcl) call: Call,
    @Input(createAcl) input: InputOf<typeof createAcl>,
  ): Promise<void> {
    await this.acls.create(call, input.params.cluster_id, input.body, input.query.dry_run);
  }

  @Handles(deleteAcls)
  async delete(
    @TheCall(deleteAcls) call: Call,
    @Input(deleteAcls) input: InputOf<typeof deleteAcls>,
  ): Promise<ResponseOf<typeof deleteAcls>> {
    const { dry_run, ...filter } = input.query;
    const removed = await this.acls.remove(call, input.params.cluster_id, filter, dry_run);
    return this.#present(removed.open, removed.bindings);
  }

  #present({ cluster }: OpenCluster, bindings: readonly AclBinding[]): ResponseOf<typeof listAcls> {
    const path = `/kafka/v3/clusters/${cluster.id}/acls`;
    const metadata = { self: this.links.url(path), next: null };
    const data = bindings.map((binding) => {
      const fields = {
        resource_type: binding.resourceType,
        resource_name: binding.resourceName,
        pattern_type: binding.patternType,
        principal: binding.principal,
        host: binding.host,
        operation: binding.operation,
        permission: binding.permission,
      };
      const self = this.links.url(`${path}?${new URLSearchParams(fields)}`);
      const resource_name = `${clusterResourceName(cluster, this.links)}/acl`;
      return Acl.parse({
        kind: 'KafkaAcl',
        metadata: { self, resource_name },
        cluster_id: cluster.id,
        ...fields,
      });
    });
    return { kind: 'KafkaAclList', metadata, data };
  }
}
