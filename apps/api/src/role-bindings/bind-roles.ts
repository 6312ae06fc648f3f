import { Inject, Injectable } from '@nestjs/common';
import type { AuditDetail } from '@weir/audit-log/append-event.store';
import type { ControlTx } from '@weir/db/control';
import { addToOutbox } from '@weir/provisioning/outbox.store';
import { concernsCells } from '@weir/provisioning/role-grants';
import type { Clock } from '@weir/runtime/clock';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { conflict } from '../http/refused.ts';
import { CLOCK } from '../platform/tokens.ts';
import { ApplyNow } from '../provisioning/apply-now.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { type BindingsOf, type RoleBindingRow, RoleBindingStore } from './role-binding.store.ts';

/**
 * Every change of who has which role, in the transaction of what it is a part of: the binding, the new version of the
 * organization's roles, the audit event, and an outbox entry for each cluster whose brokers are to know. Whether the
 * caller may is decided before. Give what is returned to `apply` after the commit.
 */
@Injectable()
export class BindRoles {
  constructor(
    @Inject(RoleBindingStore) private readonly store: RoleBindingStore,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(ApplyNow) private readonly applyNow: ApplyNow,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Refuses a binding that is there already, and one beyond the organization's limits. */
  async add(
    tx: ControlTx,
    call: Call,
    binding: Omit<RoleBindingRow, 'createdAt'>,
    principalName: string,
  ): Promise<{ readonly row: RoleBindingRow; readonly outboxIds: readonly bigint[] }> {
    const { organizationId, principalId } = binding;
    await this.store.bumpVersion(tx, organizationId);
    await this.room.require(tx, organizationId, 'role_bindings');
    await this.room.requireForPrincipal(tx, organizationId, principalId);
    const row = await this.store.create(tx, binding);
    if (!row) throw conflict('already_bound', `${principalName} has that role there already.`);
    await this.audit.record(tx, call, {
      action: 'role-binding.create',
      resource: { kind: 'RoleBinding', id: row.id },
      after: detailOf(row, principalName),
    });
    return { row, outboxIds: await this.#tell(tx, [row]) };
  }

  /** Refuses to take away the last person who administers the organization. */
  async remove(tx: ControlTx, call: Call, rows: readonly RoleBindingRow[]): Promise<readonly bigint[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const { organizationId } = first;
    await this.store.bumpVersion(tx, organizationId);
    await this.requireRemovable(tx, rows);
    for (const row of rows) {
      await this.store.remove(tx, organizationId, row.id);
      const { principalId, principalKind } = row;
      const name = await this.store.principalName(tx, organizationId, principalKind, principalId);
      await this.audit.record(tx, call, {
        action: 'role-binding.delete',
        resource: { kind: 'RoleBinding', id: row.id },
        before: detailOf(row, name ?? principalId),
      });
    }
    return this.#tell(tx, rows);
  }

  /** The organization must be locked, or two who take each other's away would both be let. */
  async requireRemovable(tx: ControlTx, rows: readonly RoleBindingRow[]): Promise<void> {
    const [admin] = rows.filter(
      (row) => row.roleName === 'OrganizationAdmin' && row.principalKind === 'User',
    );
    if (admin && (await this.store.countAdmins(tx, admin.organizationId)) < 2) {
      throw conflict(
        'last_admin',
        'The last OrganizationAdmin cannot go. Give somebody else the role first.',
      );
    }
  }

  /** What goes with a principal, or with what the bindings are on. */
  async removeOf(tx: ControlTx, call: Call, what: BindingsOf): Promise<readonly bigint[]> {
    return this.remove(tx, call, await this.store.allOf(tx, call.caller.organizationId, what));
  }

  /** Other people have these bindings from now on: a new version, of which each cluster that it concerns is told. */
  async retell(
    tx: ControlTx,
    organizationId: string,
    rows: readonly RoleBindingRow[],
  ): Promise<readonly bigint[]> {
    if (rows.length === 0) return [];
    await this.store.bumpVersion(tx, organizationId);
    return this.#tell(tx, rows);
  }

  async apply(outboxIds: readonly bigint[]): Promise<void> {
    for (const outboxId of outboxIds) await this.applyNow.run(outboxId);
  }

  async #tell(tx: ControlTx, rows: readonly RoleBindingRow[]): Promise<readonly bigint[]> {
    const clusterIds = new Set<string>();
    for (const { organizationId, roleName, scope } of rows) {
      if (!concernsCells(roleName)) continue;
      for (const id of await this.store.clusterIds(tx, organizationId, scope)) clusterIds.add(id);
    }
    const now = this.clock.now();
    const outboxIds: bigint[] = [];
    for (const id of clusterIds) outboxIds.push(await addToOutbox(tx, 'access', id, now));
    return outboxIds;
  }
}

/** The log is for ever: a person stands in it by id, whose name can go. */
const detailOf = (row: RoleBindingRow, principalName: string): AuditDetail => ({
  display_name: `${row.roleName} of ${row.principalKind === 'User' ? row.principalId : principalName}`,
  principal: `User:${row.principalId}`,
  role_name: row.roleName,
  crn_pattern: row.crnPattern,
});
