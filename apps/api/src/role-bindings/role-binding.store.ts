import { Inject, Injectable } from '@nestjs/common';
import { readCrn, type Scope, writeCrn } from '@weir/contracts/crn';
import { RoleName } from '@weir/contracts/roles';
import type { ControlDb, ControlTx, Prisma } from '@weir/db/control';
import { newestFirst, type Page, type PageRequest, pageWhere } from '../http/paging.ts';
import { CONTROL_DB } from '../platform/tokens.ts';

export type PrincipalKind = 'User' | 'ServiceAccount' | 'GroupMapping';

const kinds: readonly PrincipalKind[] = ['User', 'ServiceAccount', 'GroupMapping'];

export interface RoleBindingRow {
  readonly id: string;
  readonly organizationId: string;
  readonly principalKind: PrincipalKind;
  readonly principalId: string;
  readonly roleName: RoleName;
  /** As it was given. */
  readonly crnPattern: string;
  readonly scope: Scope;
  readonly createdAt: Date;
}

/** Which bindings go with something that goes. */
export type BindingsOf =
  | { readonly principalId: string }
  | { readonly environmentId: string }
  | { readonly clusterId: string }
  | { readonly serviceAccountId: string };

const columns = {
  id: true,
  organizationId: true,
  principalKind: true,
  principalId: true,
  roleName: true,
  crnPattern: true,
  scope: true,
  createdAt: true,
} as const;

type Stored = Prisma.RoleBindingGetPayload<{ select: typeof columns }>;

const admin = 'OrganizationAdmin';

/** Who has which role on what. Rows are read with every request of who has them. */
@Injectable()
export class RoleBindingStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /** All of one principal. */
  async of(
    organizationId: string,
    principalId: string,
    tx: ControlTx = this.db,
  ): Promise<readonly RoleBindingRow[]> {
    const where = { organizationId, principalId };
    return (await tx.roleBinding.findMany({ where, select: columns })).map(rowOf);
  }

  /** All that count for one principal: a person has those of the groups that she is in as well. */
  async heldBy(
    organizationId: string,
    principalId: string,
    tx: ControlTx = this.db,
  ): Promise<readonly RoleBindingRow[]> {
    if (!principalId.startsWith('u-')) return this.of(organizationId, principalId, tx);
    const mappings = await tx.groupMappingMember.findMany({
      where: { userId: principalId, organizationId },
      select: { mappingId: true },
    });
    const ids = [principalId, ...mappings.map(({ mappingId }) => mappingId)];
    const where = { organizationId, principalId: { in: ids } };
    return (await tx.roleBinding.findMany({ where, select: columns })).map(rowOf);
  }

  async find(organizationId: string, id: string, tx: ControlTx = this.db): Promise<RoleBindingRow | null> {
    const found = await tx.roleBinding.findFirst({ where: { id, organizationId }, select: columns });
    return found && rowOf(found);
  }

  async list(
    organizationId: string,
    filter: Prisma.RoleBindingWhereInput,
    request: PageRequest,
  ): Promise<Page<RoleBindingRow>> {
    const scope = { AND: [{ organizationId }, filter] };
    const [rows, total] = await Promise.all([
      this.db.roleBinding.findMany({
        where: { AND: [scope, pageWhere(request.after)] },
        orderBy: newestFirst,
        take: request.size + 1,
        select: columns,
      }),
      this.db.roleBinding.count({ where: scope }),
    ]);
    return { rows: rows.map(rowOf), total };
  }

  /** Null when that principal has that role on that very scope already. */
  async create(
    tx: ControlTx,
    { scope, ...row }: Omit<RoleBindingRow, 'createdAt'>,
  ): Promise<RoleBindingRow | null> {
    const data = {
      ...row,
      scope: writeCrn({ organizationId: row.organizationId, scope }),
      environmentId: 'environmentId' in scope ? scope.environmentId : null,
      clusterId: 'clusterId' in scope ? scope.clusterId : null,
      serviceAccountId: scope.kind === 'service-account' ? scope.serviceAccountId : null,
    };
    const made = await tx.roleBinding.createManyAndReturn({
      data: [data],
      skipDuplicates: true,
      select: columns,
    });
    return made[0] ? rowOf(made[0]) : null;
  }

  async remove(tx: ControlTx, organizationId: string, id: string): Promise<void> {
    await tx.roleBinding.deleteMany({ where: { id, organizationId } });
  }

  async allOf(tx: ControlTx, organizationId: string, what: BindingsOf): Promise<readonly RoleBindingRow[]> {
    const rows = await tx.roleBinding.findMany({ where: { organizationId, ...what }, select: columns });
    return rows.map(rowOf);
  }

  /** Nobody else changes who has which role until the transaction ends. */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
  }

  /**
   * A new version of who has which role, and nobody else makes one until the transaction ends. Like a lock for adding
   * members, which waits for it.
   */
  async bumpVersion(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.organization.update({
      where: { id: organizationId },
      data: { accessVersion: { increment: 1 } },
      select: { id: true },
    });
  }

  /** People who administer the organization: a program cannot sign in. */
  countAdmins(tx: ControlTx, organizationId: string): Promise<number> {
    return tx.roleBinding.count({ where: { organizationId, roleName: admin, principalKind: 'User' } });
  }

  /** Clusters in which a scope means something. */
  async clusterIds(tx: ControlTx, organizationId: string, scope: Scope): Promise<readonly string[]> {
    if (scope.kind === 'service-account') return [];
    const within = {
      ...('environmentId' in scope ? { environmentId: scope.environmentId } : {}),
      ...('clusterId' in scope ? { id: scope.clusterId } : {}),
    };
    const rows = await tx.cluster.findMany({
      where: { organizationId, deletedAt: null, ...within },
      orderBy: { id: 'asc' },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Keeps a service account from going until the transaction ends. Before anything of the organization is locked. */
  async holdServiceAccount(tx: ControlTx, id: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM service_accounts WHERE id = ${id} FOR SHARE`;
  }

  /** What a principal is called by people; null: there is none of that id in the organization. */
  async principalName(
    tx: ControlTx,
    organizationId: string,
    kind: PrincipalKind,
    id: string,
  ): Promise<string | null> {
    if (kind === 'User') {
      const where = { id, members: { some: { organizationId } } };
      return (await tx.user.findFirst({ where, select: { name: true } }))?.name ?? null;
    }
    if (kind === 'GroupMapping') {
      const where = { id, organizationId };
      return (await tx.groupMapping.findFirst({ where, select: { displayName: true } }))?.displayName ?? null;
    }
    const where = { id, organizationId, deletedAt: null };
    return (await tx.serviceAccount.findFirst({ where, select: { displayName: true } }))?.displayName ?? null;
  }
}

const rowOf = (stored: Stored): RoleBindingRow => {
  const read = readCrn(stored.scope);
  if (!read.ok) throw new Error(`role binding ${stored.id} is on ${stored.scope}: ${read.problem}`);
  return {
    ...stored,
    principalKind: kinds.find((kind) => kind === stored.principalKind) ?? 'ServiceAccount',
    roleName: RoleName.parse(stored.roleName),
    scope: read.crn.scope,
  };
};
