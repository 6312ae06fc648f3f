import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createSsoDomain,
  deleteSsoConnection,
  deleteSsoDomain,
  getSsoSettings,
  listSsoDomains,
  type SsoDomain,
  type SsoSettings,
  setSsoConnection,
  setSsoEnforcement,
  ssoDomainsMax,
  verifySsoDomain,
} from '@weir/contracts/single-sign-on';
import type { ControlDb } from '@weir/db/control';
import { organizationScope, requireAccess } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { redirectUriOf } from './begin-sso.ts';
import { ProveDomain } from './prove-domain.ts';
import { SetConnection } from './set-connection.ts';
import { SetEnforcement } from './set-enforcement.ts';
import { presentDomain, presentSettings } from './sso.present.ts';
import { SsoConnectionStore } from './sso-connection.store.ts';
import { SsoDomainStore } from './sso-domain.store.ts';

@Controller()
export class SsoController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoConnectionStore) private readonly store: SsoConnectionStore,
    @Inject(SsoDomainStore) private readonly domains: SsoDomainStore,
    @Inject(SetConnection) private readonly setConnection: SetConnection,
    @Inject(SetEnforcement) private readonly setEnforcement: SetEnforcement,
    @Inject(ProveDomain) private readonly proveDomain: ProveDomain,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Handles(getSsoSettings)
  async get(@TheCall(getSsoSettings) call: Call): Promise<SsoSettings> {
    requireAccess(call.caller, 'user:manage', organizationScope, null);
    return this.#present(call);
  }

  @Handles(setSsoConnection)
  async set(
    @TheCall(setSsoConnection) call: Call,
    @Input(setSsoConnection) input: InputOf<typeof setSsoConnection>,
  ): Promise<SsoSettings> {
    await this.setConnection.run(call, input.body, input.query.dry_run);
    return this.#present(call);
  }

  @Handles(deleteSsoConnection)
  async remove(
    @TheCall(deleteSsoConnection) call: Call,
    @Input(deleteSsoConnection) input: InputOf<typeof deleteSsoConnection>,
  ): Promise<void> {
    await this.setConnection.remove(call, input.query.dry_run);
  }

  @Handles(setSsoEnforcement)
  async enforce(
    @TheCall(setSsoEnforcement) call: Call,
    @Input(setSsoEnforcement) input: InputOf<typeof setSsoEnforcement>,
  ): Promise<SsoSettings> {
    await this.setEnforcement.run(call, input.body.is_enforced);
    return this.#present(call);
  }

  @Handles(listSsoDomains)
  async listDomains(@TheCall(listSsoDomains) { caller }: Call): Promise<ResponseOf<typeof listSsoDomains>> {
    const rows = caller.access.allows('user:manage', organizationScope)
      ? await this.domains.list(this.db, caller.organizationId, ssoDomainsMax)
      : [];
    return { api_version: 'iam/v2', kind: 'SsoDomainList', data: rows.map(presentDomain) };
  }

  @Handles(createSsoDomain)
  async addDomain(
    @TheCall(createSsoDomain) call: Call,
    @Input(createSsoDomain) input: InputOf<typeof createSsoDomain>,
  ): Promise<SsoDomain> {
    return presentDomain(await this.proveDomain.add(call, input.body.domain, input.query.dry_run));
  }

  @Handles(verifySsoDomain)
  async verifyDomain(
    @TheCall(verifySsoDomain) call: Call,
    @Input(verifySsoDomain) input: InputOf<typeof verifySsoDomain>,
  ): Promise<SsoDomain> {
    return presentDomain(await this.proveDomain.verify(call, input.params.id, input.query.dry_run));
  }

  @Handles(deleteSsoDomain)
  async removeDomain(
    @TheCall(deleteSsoDomain) call: Call,
    @Input(deleteSsoDomain) input: InputOf<typeof deleteSsoDomain>,
  ): Promise<void> {
    await this.proveDomain.remove(call, input.params.id, input.query.dry_run);
  }

  async #present({ caller }: Call): Promise<SsoSettings> {
    const row = await this.store.find(this.db, caller.organizationId);
    return presentSettings(row, redirectUriOf(this.settings));
  }
}
