import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx, Prisma } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import type { SeenKeys } from './api-key.policy.ts';
import type { KeptSecret } from './make-secret.ts';

export interface ApiKeyRow {
  readonly id: string;
  readonly organizationId: string;
  readonly displayName: string;
  readonly description: string;
  readonly ownerKind: string;
  readonly ownerId: string;
  readonly cluster: { readonly id: string; readonly environmentId: string } | null;
  readonly expiresAt: Date | null;
  /** Those that are live, the older first. */
  readonly secrets: readonly SecretRow[];
  /** The number of the newest that there ever was. */
  readonly secretsMade: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface SecretRow {
  readonly number: number;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly lastUsedClientId: string | null;
  readonly lastUsedSoftware: string | null;
  readonly lastUsedVersion: string | null;
}

/** As a dry run answers one. */
export const imaginedSecret = (number: number, createdAt: Date): SecretRow => ({
  number,
  createdAt,
  lastUsedAt: null,
  lastUsedAddress: null,
  lastUsedClientId: null,
  lastUsedSoftware: null,
  lastUsedVersion: null,
});

export interface NewApiKey
  extends Pick<
    ApiKeyRow,
    'id' | 'organizationId' | 'displayName' | 'description' | 'ownerKind' | 'ownerId' | 'expiresAt'
  > {
  /** null: a key of the control plane. */
  readonly clusterId: string | null;
  readonly noticeAt: Date | null;
}

export interface ApiKeyFilter {
  readonly ownerId?: string | undefined;
  /** `cloud`: keys of the control plane. */
  readonly resourceId?: string | undefined;
  readonly expiresBefore?: Date | undefined;
  /** Not used since then, or never. */
  readonly unusedSince?: Date | undefined;
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
  secrets: {
    orderBy: { number: 'asc' as const },
    select: {
      number: true,
      createdAt: true,
      lastUsedAt: true,
      lastUsedAddress: true,
      lastUsedClientId: true,
      lastUsedSoftware: true,
      lastUsedVersion: true,
    },
  },
  secretsMade: true,
  createdAt: true,
  updatedAt: true,
} as const;

/** Keys of clusters that are gone are gone with them. */
const live = { revokedAt: null, OR: [{ clusterId: null }, { cluster: { deletedAt: null } }] };

/** Those of a deleted cluster that can be restored are there again with it. */
const kept = {
  revokedAt: null,
  OR: [...live.OR, { cluster: { restorableUntil: { not: null } } }],
};

const within = (seen: SeenKeys | null): Prisma.ApiKeyWhereInput => {
  if (seen === null) return {};
  const { ofClusters, ownerId, serviceAccountIds } = seen;
  return {
    OR: [
      ...(ownerId === null ? [] : [{ ownerId }]),
      {
        ownerKind: 'ServiceAccount',
        ...(serviceAccountIds === null ? {} : { ownerId: { in: [...serviceAccountIds] } }),
      },
      { clusterId: { in: [...ofClusters.clusterIds] } },
      { cluster: { environmentId: { in: [...ofClusters.environmentIds] } } },
    ],
  };
};

@Injectable()
export class ApiKeyStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<ApiKeyRow | null> {
    return tx.apiKey.findFirst({ where: { id, organizationId, ...live }, select: columns });
  }

  /** `seen` null: all of them. */
  async list(
    organizationId: string,
    filter: ApiKeyFilter,
    seen: SeenKeys | null,
    request: PageRequest,
  ): Promise<Page<ApiKeyRow>> {
    const { ownerId, resourceId, expiresBefore, unusedSince } = filter;
    const filtered = {
      organizationId,
      ...live,
      ...(ownerId === undefined ? {} : { ownerId }),
      ...(resourceId === undefined ? {} : { clusterId: resourceId === 'cloud' ? null : resourceId }),
      ...(expiresBefore === undefined ? {} : { expiresAt: { lt: expiresBefore } }),
      ...(unusedSince === undefined ? {} : { secrets: { none: { lastUsedAt: { gte: unusedSince } } } }),
    };
    const scope = { AND: [filtered, within(seen)] };
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

  create(tx: ControlTx, key: NewApiKey, kept: KeptSecret): Promise<ApiKeyRow> {
    const secrets = { create: { number: 1, ...kept } };
    return tx.apiKey.create({ data: { ...key, secrets }, select: columns });
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
    return tx.apiKey.findMany({ where: { organizationId, ownerId, ...kept }, select: { id: true } });
  }

  /** As `lock`, also of a deleted cluster that can be restored. */
  async lockKept(tx: ControlTx, organizationId: string, id: string): Promise<ApiKeyRow | null> {
    await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id} FOR UPDATE`;
    return tx.apiKey.findFirst({ where: { id, organizationId, ...kept }, select: columns });
  }

  async revoke(tx: ControlTx, organizationId: string, id: string, now: number): Promise<void> {
    const data = { revokedAt: new Date(now), noticeAt: null };
    await tx.apiKey.update({ where: { id, organizationId }, data, select: { id: true } });
  }
}
