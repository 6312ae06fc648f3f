import { Inject, Injectable } from '@nestjs/common';
import type { OrganizationLimitName } from '@weir/contracts/quotas';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { CONTROL_DB } from '../platform/tokens.ts';

/** What the limits of an organization follow from. */
export interface OrganizationStanding {
  readonly isVerified: boolean;
  /** What an operator changed. */
  readonly changed: unknown;
}

@Injectable()
export class QuotaStore {
  constructor(@Inject(CONTROL_DB) private readonly db: ControlDb) {}

  /**
   * Until the transaction ends nobody else counts what this organization has in order to add to it. The lock lets
   * rows that refer to the organization be written (FOR KEY SHARE), so that nothing else waits.
   */
  async lock(tx: ControlTx, organizationId: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM organizations WHERE id = ${organizationId}::uuid FOR NO KEY UPDATE`;
  }

  async standing(organizationId: string, tx: ControlTx = this.db): Promise<OrganizationStanding> {
    const found = await tx.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: {
        limits: true,
        members: {
          where: { user: { emailVerified: true } },
          select: { userId: true },
        },
        roleBindings: { where: { roleName: 'OrganizationAdmin' }, select: { principalId: true } },
      },
    });
    const verified = new Set(found.members.map(({ userId }) => userId));
    const isVerified = found.roleBindings.some(({ principalId }) => verified.has(principalId));
    return { isVerified, changed: found.limits };
  }

  /** What is there now. Keys of clusters that are gone, and such as have been revoked, are not. */
  count(organizationId: string, name: OrganizationLimitName, tx: ControlTx = this.db): Promise<number> {
    const live = { organizationId, deletedAt: null };
    switch (name) {
      case 'clusters':
        return tx.cluster.count({ where: live });
      case 'dedicated_units':
        return this.#units(tx, live);
      case 'environments':
        return tx.environment.count({ where: live });
      case 'service_accounts':
        return tx.serviceAccount.count({ where: live });
      case 'members':
        return tx.member.count({ where: { organizationId } });
      case 'role_bindings':
        return tx.roleBinding.count({ where: { organizationId } });
      case 'role_bindings_per_principal':
        return this.#mostBindings(organizationId, tx);
      case 'api_keys': {
        const ofCluster = { OR: [{ clusterId: null }, { cluster: { deletedAt: null } }] };
        return tx.apiKey.count({ where: { organizationId, revokedAt: null, ...ofCluster } });
      }
    }
  }

  /** A cluster that is made smaller counts with the units that it still has. */
  async #units(tx: ControlTx, where: { organizationId: string; deletedAt: null }): Promise<number> {
    const rows = await tx.cluster.findMany({
      where: { ...where, kind: 'Dedicated' },
      select: { cku: true, statusCku: true },
    });
    return rows.reduce((sum, { cku, statusCku }) => sum + Math.max(cku ?? 0, statusCku ?? 0), 0);
  }

  /** Of the principal that has the most. */
  async #mostBindings(organizationId: string, tx: ControlTx): Promise<number> {
    const [most] = await tx.roleBinding.groupBy({
      by: ['principalId'],
      where: { organizationId },
      _count: true,
      orderBy: { _count: { principalId: 'desc' } },
      take: 1,
    });
    return most?._count ?? 0;
  }

  countBindingsOf(tx: ControlTx, organizationId: string, principalId: string): Promise<number> {
    return tx.roleBinding.count({ where: { organizationId, principalId } });
  }

  /** Live keys of one owner. */
  countKeysOf(organizationId: string, ownerId: string, tx: ControlTx = this.db): Promise<number> {
    const ofCluster = { OR: [{ clusterId: null }, { cluster: { deletedAt: null } }] };
    return tx.apiKey.count({ where: { organizationId, ownerId, revokedAt: null, ...ofCluster } });
  }

  /** What was made since then, whether it is still there or not. */
  countMade(
    organizationId: string,
    name: OrganizationLimitName,
    since: Date,
    tx: ControlTx,
  ): Promise<number> {
    const where = { organizationId, createdAt: { gte: since } };
    switch (name) {
      case 'clusters':
        return tx.cluster.count({ where });
      case 'dedicated_units':
        return tx.cluster.count({ where: { ...where, kind: 'Dedicated' } });
      case 'environments':
        return tx.environment.count({ where });
      case 'service_accounts':
        return tx.serviceAccount.count({ where });
      case 'members':
        return tx.member.count({ where });
      case 'role_bindings':
      case 'role_bindings_per_principal':
        return tx.roleBinding.count({ where });
      case 'api_keys':
        return tx.apiKey.count({ where });
    }
  }
}
