import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface ClientQuotaRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly description: string;
  readonly ingressBytesPerSec: bigint;
  readonly egressBytesPerSec: bigint;
  readonly principals: readonly string[];
  readonly cluster: { readonly id: string; readonly environmentId: string };
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type ClientQuotaChange = Pick<
  ClientQuotaRow,
  'displayName' | 'description' | 'ingressBytesPerSec' | 'egressBytesPerSec' | 'principals'
>;

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  description: true,
  ingressBytesPerSec: true,
  egressBytesPerSec: true,
  principals: true,
  cluster: { select: { id: true, environmentId: true } },
  createdAt: true,
  updatedAt: true,
} as const;

/** Quotas of clusters that are gone are gone with them. Whoever changes them has locked the cluster. */
const live = { cluster: { deletedAt: null, phase: { not: 'DELETING' } } };

@Injectable()
export class ClientQuotaStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<ClientQuotaRow | null> {
    return tx.clientQuota.findFirst({ where: { id, organizationId, ...live }, select: columns });
  }

  async list(organizationId: string, clusterId: string, request: PageRequest): Promise<Page<ClientQuotaRow>> {
    const scope = { organizationId, clusterId, ...live };
    const [rows, total] = await Promise.all([
      this.db.clientQuota.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.clientQuota.count({ where: scope }),
    ]);
    return { rows, total };
  }

  /** Who has a quota in the cluster, by which. */
  ofCluster(
    tx: ControlTx,
    organizationId: string,
    clusterId: string,
  ): Promise<readonly { readonly id: string; readonly principals: readonly string[] }[]> {
    return tx.clientQuota.findMany({
      where: { organizationId, clusterId },
      select: { id: true, principals: true },
    });
  }

  create(
    tx: ControlTx,
    of: { readonly id: string; readonly organizationId: string; readonly clusterId: string },
    { principals, ...quota }: ClientQuotaChange,
  ): Promise<ClientQuotaRow> {
    return tx.clientQuota.create({ data: { ...of, ...quota, principals: [...principals] }, select: columns });
  }

  update(
    tx: ControlTx,
    organizationId: string,
    id: string,
    { principals, ...quota }: ClientQuotaChange,
  ): Promise<ClientQuotaRow> {
    return tx.clientQuota.update({
      where: { id, organizationId },
      data: { ...quota, principals: [...principals] },
      select: columns,
    });
  }

  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.clientQuota.delete({ where: { id, organizationId }, select: { id: true } });
  }
}
