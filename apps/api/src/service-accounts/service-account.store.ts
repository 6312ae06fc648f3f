import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface ServiceAccountRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  description: true,
  createdAt: true,
  updatedAt: true,
} as const;

@Injectable()
export class ServiceAccountStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<ServiceAccountRow | null> {
    return tx.serviceAccount.findFirst({ where: { id, organizationId, deletedAt: null }, select: columns });
  }

  /** Null: whatever they are. */
  async list(
    organizationId: string,
    { ids, names }: { readonly ids: readonly string[] | null; readonly names: readonly string[] | null },
    request: PageRequest,
  ): Promise<Page<ServiceAccountRow>> {
    const scope = {
      organizationId,
      deletedAt: null,
      ...(ids === null ? {} : { id: { in: [...ids] } }),
      ...(names === null ? {} : { displayName: { in: [...names] } }),
    };
    const [rows, total] = await Promise.all([
      this.db.serviceAccount.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.serviceAccount.count({ where: scope }),
    ]);
    return { rows, total };
  }

  create(
    tx: ControlTx,
    row: Pick<ServiceAccountRow, 'id' | 'organizationId' | 'displayName' | 'description'>,
  ): Promise<ServiceAccountRow> {
    return tx.serviceAccount.create({ data: row, select: columns });
  }

  update(
    tx: ControlTx,
    organizationId: string,
    id: string,
    change: { displayName: string; description: string },
  ): Promise<ServiceAccountRow> {
    return tx.serviceAccount.update({ where: { id, organizationId }, data: change, select: columns });
  }

  /** Locks it until the transaction ends, so that no key is made for it meanwhile; null if there is none. */
  async lock(tx: ControlTx, organizationId: string, id: string): Promise<ServiceAccountRow | null> {
    await tx.$queryRaw`SELECT 1 FROM service_accounts WHERE id = ${id} FOR UPDATE`;
    return this.find(organizationId, id, tx);
  }

  async remove(tx: ControlTx, organizationId: string, id: string, now: number): Promise<void> {
    const data = { deletedAt: new Date(now) };
    await tx.serviceAccount.update({ where: { id, organizationId }, data, select: { id: true } });
  }
}
