import { Inject, Injectable } from '@nestjs/common';
import type { Scope } from '@weir/contracts/crn';
import type { RoleBindingInput } from '@weir/contracts/role-bindings';
import { type RoleName, roles } from '@weir/contracts/roles';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { Access } from '../access/access.ts';
import type { Call } from '../http/call.ts';
import { IdempotencyStore } from '../http/idempotency.store.ts';
import { forbidden, invalid, notFound } from '../http/refused.ts';
import { newId } from '../platform/ids.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { BindRoles } from './bind-roles.ts';
import { FindScope } from './find-scope.ts';
import { type PrincipalKind, type RoleBindingRow, RoleBindingStore } from './role-binding.store.ts';

/** Undoes the transaction of a dry run, with what it would have come to. */
class Rehearsed extends Error {
  override readonly name = 'Rehearsed';
  readonly row: RoleBindingRow;

  constructor(row: RoleBindingRow) {
    super('a dry run');
    this.row = row;
  }
}

/** Gives somebody a role. When the reply is there the cells know it, unless they did not answer. */
@Injectable()
export class CreateRoleBinding {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(RoleBindingStore) private readonly store: RoleBindingStore,
    @Inject(FindScope) private readonly findScope: FindScope,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(IdempotencyStore) private readonly idempotency: IdempotencyStore,
  ) {}

  async run(call: Call, input: RoleBindingInput, dryRun: boolean): Promise<RoleBindingRow> {
    const { caller } = call;
    const scope = this.findScope.read(caller, input.crn_pattern, 'body');
    if (scope === null || !(await this.findScope.isSeen(caller, scope))) throw notFound();
    requireFits(input.role_name, scope);
    requireGrant(caller.access, input.role_name, scope);
    const id = input.principal.slice('User:'.length);
    const wanted = {
      id: newId('rb'),
      organizationId: caller.organizationId,
      principalKind: kindOf(id),
      principalId: id,
      roleName: input.role_name,
      crnPattern: input.crn_pattern,
      scope,
    } as const;
    return dryRun ? this.#rehearse(call, wanted) : this.#bind(call, wanted);
  }

  async #bind(call: Call, wanted: Omit<RoleBindingRow, 'createdAt'>): Promise<RoleBindingRow> {
    const made = await this.db.$transaction(async (tx) => {
      const claim = await this.idempotency.claim(tx, call, wanted.id);
      if (claim.fresh) return this.#write(tx, call, wanted);
      const row = await this.store.find(wanted.organizationId, claim.resourceId, tx);
      if (!row) throw notFound();
      return { row, outboxIds: [] };
    });
    await this.bindRoles.apply(made.outboxIds);
    return made.row;
  }

  /** All of it, and undone. */
  async #rehearse(call: Call, wanted: Omit<RoleBindingRow, 'createdAt'>): Promise<RoleBindingRow> {
    try {
      return await this.db.$transaction(async (tx) => {
        throw new Rehearsed((await this.#write(tx, call, wanted)).row);
      });
    } catch (cause) {
      if (cause instanceof Rehearsed) return cause.row;
      throw cause;
    }
  }

  async #write(tx: ControlTx, call: Call, wanted: Omit<RoleBindingRow, 'createdAt'>) {
    const { organizationId, principalId, principalKind, roleName, scope } = wanted;
    const name = await this.#holdPrincipal(tx, organizationId, principalKind, principalId);
    const added = await this.bindRoles.add(tx, call, wanted, name);
    // Roles change one after the other from that on, and the new one is not his: who has lost his gives none.
    const held = await this.store.heldBy(organizationId, call.caller.id, tx);
    const before = held.filter(({ id }) => id !== added.row.id);
    requireGrant(new Access(before), roleName, scope);
    return added;
  }

  async #holdPrincipal(
    tx: ControlTx,
    organizationId: string,
    kind: PrincipalKind,
    id: string,
  ): Promise<string> {
    if (kind === 'ServiceAccount') await this.store.holdServiceAccount(tx, id);
    const name = await this.store.principalName(tx, organizationId, kind, id);
    if (name !== null) return name;
    throw invalid(
      'There is no such person, service account or group mapping in your organization. Check the id after `User:`.',
      '/principal',
    );
  }
}

const kindOf = (id: string): PrincipalKind => {
  if (id.startsWith('sa-')) return 'ServiceAccount';
  return id.startsWith('group-') ? 'GroupMapping' : 'User';
};

const requireFits = (roleName: RoleName, { kind }: Scope): void => {
  const { boundOn } = roles[roleName];
  if (boundOn.includes(kind)) return;
  throw invalid(`${roleName} is bound on: ${boundOn.join(', ')}. This is of kind ${kind}.`, '/crn_pattern');
};

const requireGrant = (access: Access, roleName: RoleName, scope: Scope): void => {
  if (access.mayGrant(roleName, scope)) return;
  throw forbidden(
    `You may not give ${roleName} there: nobody gives more than he has himself, and only who administers it gives roles.`,
  );
};
