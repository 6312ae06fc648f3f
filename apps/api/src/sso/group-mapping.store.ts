import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx, Prisma } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { type RoleBindingRow, RoleBindingStore } from '../role-bindings/role-binding.store.ts';
import { isMeant } from './group-filter.ts';

const columns = {
  id: true,
  organizationId: true,
  displayName: true,
  description: true,
  groups: true,
  createdAt: true,
  updatedAt: true,
} as const;

type Stored = Prisma.GroupMappingGetPayload<{ select: typeof columns }>;

export interface GroupMappingRow extends Stored {
  /** How many people it means. */
  readonly members: number;
}

/** Groups of the identity provider as principals, and whom they mean. */
@Injectable()
export class GroupMappingStore {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(RoleBindingStore) private readonly roleBindings: RoleBindingStore,
  ) {}

  async find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<GroupMappingRow | null> {
    const row = await tx.groupMapping.findFirst({ where: { id, organizationId }, select: columns });
    return row === null ? null : counted(tx, row);
  }

  async list(organizationId: string, request: PageRequest): Promise<Page<GroupMappingRow>> {
    const [rows, total] = await Promise.all([
      this.db.groupMapping.findMany({
        where: { AND: [{ organizationId }, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.groupMapping.count({ where: { organizationId } }),
    ]);
    return { rows: await countedAll(this.db, rows), total };
  }

  count(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.groupMapping.count({ where: { organizationId } });
  }

  async create(
    tx: ControlTx,
    data: Pick<Stored, 'id' | 'organizationId' | 'displayName' | 'description' | 'groups'>,
  ): Promise<GroupMappingRow> {
    return { ...(await tx.groupMapping.create({ data, select: columns })), members: 0 };
  }

  async update(
    tx: ControlTx,
    organizationId: string,
    id: string,
    data: Partial<Pick<Stored, 'displayName' | 'description' | 'groups'>>,
  ): Promise<GroupMappingRow> {
    return counted(
      tx,
      await tx.groupMapping.update({ where: { id, organizationId }, data, select: columns }),
    );
  }

  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.groupMapping.deleteMany({ where: { id, organizationId } });
  }

  /** Whom a mapping means, by what the provider said of each person last. True when that is not who it was. */
  async refill(tx: ControlTx, mapping: Pick<GroupMappingRow, 'id' | 'organizationId' | 'groups'>) {
    const { groups, id: mappingId, organizationId } = mapping;
    const found = await tx.ssoIdentity.findMany({
      where: { organizationId, groups: { hasSome: groups }, user: { members: { some: { organizationId } } } },
      select: { userId: true },
    });
    const wanted = new Set(found.map(({ userId }) => userId));
    const there = await tx.groupMappingMember.findMany({ where: { mappingId }, select: { userId: true } });
    const isSame = there.length === wanted.size && there.every(({ userId }) => wanted.has(userId));
    if (isSame) return false;
    await tx.groupMappingMember.deleteMany({ where: { mappingId } });
    const data = [...wanted].map((userId) => ({ mappingId, userId, organizationId }));
    await tx.groupMappingMember.createMany({ data });
    return true;
  }

  /** What the provider says of one person now. Resolves with the mappings that she came into or fell out of. */
  async setGroupsOf(
    tx: ControlTx,
    organizationId: string,
    userId: string,
    groups: readonly string[],
  ): Promise<readonly string[]> {
    const mappings = await tx.groupMapping.findMany({
      where: { organizationId },
      select: { id: true, groups: true },
    });
    const wanted = mappings.filter((one) => isMeant(one.groups, groups)).map(({ id }) => id);
    const rows = await tx.groupMappingMember.findMany({
      where: { userId, organizationId },
      select: { mappingId: true },
    });
    const there = rows.map(({ mappingId }) => mappingId);
    const gone = there.filter((id) => !wanted.includes(id));
    const fresh = wanted.filter((id) => !there.includes(id));
    await tx.groupMappingMember.deleteMany({ where: { userId, mappingId: { in: gone } } });
    await tx.groupMappingMember.createMany({
      data: fresh.map((mappingId) => ({ mappingId, userId, organizationId })),
    });
    return [...gone, ...fresh];
  }

  /** Roles that are bound on mappings. */
  async bindingsOf(
    tx: ControlTx,
    organizationId: string,
    mappingIds: readonly string[],
  ): Promise<readonly RoleBindingRow[]> {
    const found: RoleBindingRow[] = [];
    for (const principalId of mappingIds) {
      found.push(...(await this.roleBindings.allOf(tx, organizationId, { principalId })));
    }
    return found;
  }

  /** Those of mappings that mean anybody. */
  async bindingsInForce(tx: ControlTx, organizationId: string): Promise<readonly RoleBindingRow[]> {
    const rows = await tx.groupMapping.findMany({
      where: { organizationId, members: { some: {} } },
      select: { id: true },
    });
    return this.bindingsOf(
      tx,
      organizationId,
      rows.map(({ id }) => id),
    );
  }
}

async function counted(tx: ControlTx, row: Stored): Promise<GroupMappingRow> {
  return { ...row, members: await tx.groupMappingMember.count({ where: { mappingId: row.id } }) };
}

/** Asked for by themselves: as part of the other statement everybody's members would be counted first. */
async function countedAll(tx: ControlTx, rows: readonly Stored[]): Promise<readonly GroupMappingRow[]> {
  const counts = await tx.groupMappingMember.groupBy({
    by: ['mappingId'],
    where: { mappingId: { in: rows.map(({ id }) => id) } },
    _count: true,
  });
  const byId = new Map(counts.map(({ mappingId, _count }) => [mappingId, _count]));
  return rows.map((row) => ({ ...row, members: byId.get(row.id) ?? 0 }));
}
