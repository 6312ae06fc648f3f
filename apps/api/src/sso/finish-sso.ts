import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb, ControlTx } from '@weir/db/control';
import { addAllToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { outsideCall } from '../access/outside-call.ts';
import { AccountStore } from '../account/account.store.ts';
import type { Origin } from '../account/account-events.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { MemberStore } from '../members/member.store.ts';
import { newId } from '../platform/ids.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import { RequireRoom } from '../quotas/require-room.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import type { ApiSettings } from '../settings.ts';
import { redirectUriOf } from './begin-sso.ts';
import { GroupMappingStore } from './group-mapping.store.ts';
import { type Identified, IdentityProvider, type SignInProof } from './identity-provider.ts';
import { SetConnection } from './set-connection.ts';
import { domainOf } from './sso.policy.ts';
import { type ConnectionRow, SsoConnectionStore } from './sso-connection.store.ts';
import { SsoDomainStore } from './sso-domain.store.ts';
import { type IdentityKey, SsoIdentityStore } from './sso-identity.store.ts';
import { SsoProblem } from './sso-problem.ts';

export interface PendingSignIn {
  readonly organizationId: string;
  /** Whose account is to be connected; null: somebody signs in. */
  readonly linkUserId: string | null;
  readonly proof: SignInProof;
  /** What the provider sent the browser back with. */
  readonly parameters: URLSearchParams;
}

export interface FinishedSignIn {
  readonly userId: string;
  readonly lacksGroups: boolean;
}

/** How old the last sign-in may be before the cells are told of the next: keys live for a month after it. */
const retellMs = 24 * 3_600_000;

/**
 * Takes what the identity provider says of somebody, in one transaction: who she is here, that she is a member, and her
 * groups. People are found by (issuer, subject). An address alone makes a new person or nothing.
 */
@Injectable()
export class FinishSso {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoConnectionStore) private readonly store: SsoConnectionStore,
    @Inject(SsoIdentityStore) private readonly identities: SsoIdentityStore,
    @Inject(SsoDomainStore) private readonly domains: SsoDomainStore,
    @Inject(GroupMappingStore) private readonly mappings: GroupMappingStore,
    @Inject(SetConnection) private readonly connections: SetConnection,
    @Inject(IdentityProvider) private readonly provider: IdentityProvider,
    @Inject(AccountStore) private readonly accounts: AccountStore,
    @Inject(MemberStore) private readonly members: MemberStore,
    @Inject(RequireRoom) private readonly room: RequireRoom,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Rejects with SsoProblem, or with Refused where the organization has no room. */
  async run(pending: PendingSignIn, origin: Origin): Promise<FinishedSignIn> {
    const connection = await this.store.find(this.db, pending.organizationId);
    if (connection === null) throw new SsoProblem('sso_not_set_up');
    const callback = new URL(redirectUriOf(this.settings));
    callback.search = pending.parameters.toString();
    const asked = { callback, groupsClaim: connection.groupsClaim };
    const client = this.connections.clientOf(connection);
    const told = await this.provider.finish(client, pending.proof, asked);
    const done = await this.db.$transaction((tx) => this.#take(tx, connection, pending, told, origin));
    await this.bindRoles.apply(done.outboxIds);
    return { userId: done.userId, lacksGroups: done.lacksGroups };
  }

  /** What a new session is about, in the organization's log alone: it opens no other. */
  async record(organizationId: string, userId: string, sessionId: string, origin: Origin): Promise<void> {
    const call = callOf(organizationId, userId, origin);
    await this.db.$transaction((tx) =>
      this.audit.record(tx, call, {
        action: 'session.create',
        resource: { kind: 'Session', id: sessionId },
        after: { by: 'single sign-on' },
      }),
    );
  }

  async #take(
    tx: ControlTx,
    connection: ConnectionRow,
    { linkUserId }: PendingSignIn,
    told: Identified,
    origin: Origin,
  ) {
    const { organizationId } = connection;
    const key = { organizationId, issuer: told.issuer, subject: told.subject };
    const before = await this.identities.find(tx, key);
    const locked = before?.userId ?? linkUserId;
    // The person before the organization, as everywhere.
    if (locked !== null && (await this.accounts.lock(tx, locked)) === null) {
      throw new SsoProblem('sso_signed_out');
    }
    await this.store.lock(tx, organizationId);
    await this.#requireUnchanged(tx, connection);
    // Somebody new who signs in twice at once is one person.
    const known = before ?? (await this.identities.find(tx, key));
    const userId = known?.userId ?? linkUserId;
    if (linkUserId !== null && userId !== linkUserId) throw new SsoProblem('sso_linked_elsewhere');
    const person = userId ?? (await this.#newPerson(tx, organizationId, told));
    const call = callOf(organizationId, person, origin);
    await this.#requireMember(tx, call, person);
    if (known === null) {
      await this.identities.removeOthers(tx, key, person);
      const resource = { kind: 'User', id: person };
      await this.audit.record(tx, call, { action: 'user.connect-sso', resource });
    }
    const outboxIds = await this.#see(tx, call, key, told.groups ?? [], known?.lastSignInAt ?? null);
    await this.store.setProven(tx, organizationId, new Date(this.clock.now()));
    const hasMappings = (await this.mappings.count(tx, organizationId)) > 0;
    return { userId: person, outboxIds, lacksGroups: told.groups === null && hasMappings };
  }

  /** It may have been set anew while the provider was asked. */
  async #requireUnchanged(tx: ControlTx, { clientId, issuer, organizationId }: ConnectionRow): Promise<void> {
    const now = await this.store.find(tx, organizationId);
    if (now?.issuer !== issuer || now.clientId !== clientId) throw new SsoProblem('sso_not_set_up');
  }

  /** Only with an address of a domain that the organization has proved, and that nobody has here. */
  async #newPerson(tx: ControlTx, organizationId: string, told: Identified): Promise<string> {
    const { email, name } = told;
    if (email === null) throw new SsoProblem('sso_no_address');
    if (!(await this.domains.isProvedBy(tx, organizationId, domainOf(email)))) {
      throw new SsoProblem('sso_other_domain');
    }
    if ((await this.accounts.findByAddress(tx, email)) !== null) throw new SsoProblem('sso_account_exists');
    const id = newId('u');
    await this.identities.addPerson(tx, { id, name: name ?? email.slice(0, email.lastIndexOf('@')), email });
    return id;
  }

  async #requireMember(tx: ControlTx, call: Call, userId: string): Promise<void> {
    const { organizationId } = call.caller;
    if (await this.members.isMember(tx, organizationId, userId)) return;
    await this.room.require(tx, organizationId, 'members');
    await this.members.add(tx, organizationId, userId);
    await this.audit.record(tx, call, {
      action: 'member.create',
      resource: { kind: 'User', id: userId },
      after: { by: 'single sign-on' },
    });
  }

  async #see(
    tx: ControlTx,
    call: Call,
    key: IdentityKey,
    groups: readonly string[],
    before: Date | null,
  ): Promise<readonly bigint[]> {
    const { id: userId, organizationId } = call.caller;
    const now = this.clock.now();
    await this.identities.put(tx, key, { userId, groups, lastSignInAt: new Date(now) });
    if (before === null || now - before.getTime() > retellMs) {
      const keyIds = await this.store.peoplesClusterKeys(tx, organizationId, userId);
      await addAllToOutbox(tx, 'api-key', keyIds, now);
    }
    const changed = await this.mappings.setGroupsOf(tx, organizationId, userId, groups);
    if (changed.length === 0) return [];
    const bindings = await this.mappings.bindingsOf(tx, organizationId, changed);
    await this.audit.record(tx, call, {
      action: 'user.change-groups',
      resource: { kind: 'User', id: userId },
      after: { group_mappings: changed.join(', ') },
    });
    return this.bindRoles.retell(tx, organizationId, bindings);
  }
}

const callOf = (organizationId: string, id: string, origin: Origin): Call =>
  outsideCall({ kind: 'User', id, organizationId, via: origin.via }, origin);
