import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import type { ScramVerifiers } from '@weir/provisioning/key-intent';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export interface ApiKeyRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly description: string;
  readonly ownerKind: string;
  readonly ownerId: string;
  readonly cluster: { readonly id: string; readonly environmentId: string } | null;
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is kept instead of a secret. */
export type KeptVerifier =
  | { readonly clusterId: string; readonly scram: ScramVerifiers }
  | { readonly clusterId: null; readonly cloudVerifier: string };

export type NewApiKey = Pick<
  ApiKeyRow,
  'id' | 'organizationId' | 'displayName' | 'description' | 'ownerKind' | 'ownerId' | 'expiresAt'
> &
  KeptVerifier;

export interface ApiKeyFilter {
  readonly ownerId?: string | undefined;
  /** `cloud`: keys of the control plane. */
  readonly resourceId?: string | undefined;
}

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  description: true,
  ownerKind: true,
  ownerId: true,
  cluster: { select: { id: true, environmentId: true } },
  expiresAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Keys of clusters that are gone are gone with them. */
const live = { revokedAt: null, OR: [{ clusterId: null }, { cluster: { deletedAt: null } }] };

@Injectable()
export class ApiKeyStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<ApiKeyRow | null> {
    return tx.apiKey.findFirst({ where: { id, organizationId, ...live }, select: columns });
  }

  async list(organizationId: string, filter: ApiKeyFilter, request: PageRequest): Promise<Page<ApiKeyRow>> {
    const { ownerId, resourceId } = filter;
    const scope = {
      organizationId,
      ...live,
      ...(ownerId === undefined ? {} : { ownerId }),
      ...(resourceId === undefined ? {} : { clusterId: resourceId === 'cloud' ? null : resourceId }),
    };
    const [rows, total] = await Promise.all([
      this.db.apiKey.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.apiKey.count({ where: scope }),
    ]);
    return { rows, total };
  }

  create(tx: ControlTx, key: NewApiKey): Promise<ApiKeyRow> {
    return tx.apiKey.create({ data: key, select: columns });
  }

  update(
    tx: ControlTx,
    organizationId: string,
    id: string,
    change: { displayName: string; description: string },
  ): Promise<ApiKeyRow> {
    return tx.apiKey.update({ where: { id, organizationId }, data: change, select: columns });
  }

  /** Locks the row until the transaction ends; null as in `find`. */
  async lock(tx: ControlTx, organizationId: string, id: string): Promise<ApiKeyRow | null> {
    await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id} FOR UPDATE`;
    return this.find(organizationId, id, tx);
  }

  idsOf(tx: ControlTx, organizationId: string, ownerId: string): Promise<readonly { id: string }[]> {
    return tx.apiKey.findMany({ where: { organizationId, ownerId, ...live }, select: { id: true } });
  }

  async revoke(tx: ControlTx, organizationId: string, id: string, now: number): Promise<void> {
    const data = { revokedAt: new Date(now) };
    await tx.apiKey.update({ where: { id, organizationId }, data, select: { id: true } });
  }
}
