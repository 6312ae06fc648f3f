import { Inject, Injectable } from '@nestjs/common';
import type { SsoConnectionInput } from '@weir/contracts/single-sign-on';
import type { ControlDb } from '@weir/db/control';
import { addAllToOutbox } from '@weir/provisioning/outbox.store';
import type { Clock } from '@weir/runtime/clock';
import { seal, unseal } from '@weir/runtime/seal';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import { AuditStore } from '../audit/audit.store.ts';
import type { Call } from '../http/call.ts';
import { invalid } from '../http/refused.ts';
import { CLOCK, CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import { BindRoles } from '../role-bindings/bind-roles.ts';
import type { ApiSettings } from '../settings.ts';
import { GroupMappingStore } from './group-mapping.store.ts';
import { IdentityProvider, type ProviderClient } from './identity-provider.ts';
import { type ConnectionRow, SsoConnectionStore } from './sso-connection.store.ts';
import { SsoProblem } from './sso-problem.ts';

const sealedPurpose = 'sso client secrets';

/** The identity provider of an organization: set, opened for a sign-in, and removed. */
@Injectable()
export class SetConnection {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoConnectionStore) private readonly store: SsoConnectionStore,
    @Inject(GroupMappingStore) private readonly mappings: GroupMappingStore,
    @Inject(IdentityProvider) private readonly provider: IdentityProvider,
    @Inject(BindRoles) private readonly bindRoles: BindRoles,
    @Inject(AuditStore) private readonly audit: AuditStore,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** With its secret, to talk to it. */
  clientOf({ clientId, clientSecret, issuer, organizationId }: ConnectionRow): ProviderClient {
    const { authSecret } = this.settings;
    return {
      issuer,
      clientId,
      clientSecret: unseal(authSecret, sealedPurpose, organizationId, clientSecret),
    };
  }

  /** Reads the provider's discovery document first. Who came by another provider or client is signed out. */
  async run(call: Call, input: SsoConnectionInput, dryRun: boolean): Promise<void> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    const { organizationId } = call.caller;
    const before = await this.store.find(this.db, organizationId);
    const client = this.#clientOf(input, before);
    const issuer = await this.#discover(client);
    if (dryRun) return;
    const { clientId, clientSecret } = client;
    const sealed = seal(this.settings.authSecret, sealedPurpose, organizationId, clientSecret);
    await this.db.$transaction(async (tx) => {
      await this.store.lock(tx, organizationId);
      const now = await this.store.find(tx, organizationId);
      const isSame = now?.issuer === issuer && now.clientId === clientId;
      const groupsClaim = input.groups_claim;
      const row = { organizationId, issuer, clientId, clientSecret: sealed, groupsClaim };
      await this.store.save(tx, row, isSame && input.client_secret === undefined);
      const ended = isSame ? 0 : await this.store.endSessions(tx, organizationId);
      await this.audit.record(tx, call, {
        action: 'sso-connection.update',
        resource: { kind: 'SsoConnection', id: organizationId },
        ...(now === null ? {} : { before: detailOf(now) }),
        after: {
          ...detailOf(row),
          is_secret_new: input.client_secret !== undefined,
          sessions_ended: ended,
        },
      });
    });
  }

  /** Without it everybody needs another way in; roles of groups go with who was in them. */
  async remove(call: Call, dryRun: boolean): Promise<void> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    if (dryRun) return;
    const { organizationId } = call.caller;
    const outboxIds = await this.db.$transaction(async (tx) => {
      await this.store.lock(tx, organizationId);
      const before = await this.store.find(tx, organizationId);
      if (before === null) return [];
      const bindings = await this.mappings.bindingsInForce(tx, organizationId);
      await this.store.remove(tx, organizationId);
      const ended = await this.store.endSessions(tx, organizationId);
      const keyIds = await this.store.peoplesClusterKeys(tx, organizationId);
      await addAllToOutbox(tx, 'api-key', keyIds, this.clock.now());
      await this.audit.record(tx, call, {
        action: 'sso-connection.delete',
        resource: { kind: 'SsoConnection', id: organizationId },
        before: detailOf(before),
        after: { sessions_ended: ended },
      });
      return this.bindRoles.retell(tx, organizationId, bindings);
    });
    await this.bindRoles.apply(outboxIds);
  }

  #clientOf(input: SsoConnectionInput, before: ConnectionRow | null): ProviderClient {
    const { client_id: clientId, client_secret: given, issuer } = input;
    if (given !== undefined) return { issuer, clientId, clientSecret: given };
    // What was kept for one provider is never sent to another.
    if (before === null || before.clientId !== clientId || !isSameIssuer(before.issuer, issuer)) {
      throw invalid('Give the client secret: none is kept for this issuer and client.', '/client_secret');
    }
    return { ...this.clientOf(before), issuer };
  }

  async #discover(client: ProviderClient): Promise<string> {
    try {
      return await this.provider.discover(client);
    } catch (cause) {
      if (!(cause instanceof SsoProblem)) throw cause;
      throw invalid(
        cause.code === 'sso_provider_forbidden'
          ? cause.message
          : 'There is no OpenID Connect discovery document of that issuer at its address and /.well-known/openid-configuration. Check the issuer, to the letter.',
        '/issuer',
      );
    }
  }
}

const isSameIssuer = (one: string, other: string): boolean => new URL(one).href === new URL(other).href;

const detailOf = ({
  clientId,
  groupsClaim,
  issuer,
}: Pick<ConnectionRow, 'clientId' | 'groupsClaim' | 'issuer'>) => ({
  issuer,
  client_id: clientId,
  groups_claim: groupsClaim,
});
