import { Inject, Injectable } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { OrganizationStore } from '../organizations/organization.store.ts';
import { CONTROL_DB, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { IdentityProvider, type SignInProof } from './identity-provider.ts';
import { ProveDomain } from './prove-domain.ts';
import { SetConnection } from './set-connection.ts';
import { domainOf } from './sso.policy.ts';
import { type ConnectionRow, SsoConnectionStore } from './sso-connection.store.ts';
import { SsoDomainStore } from './sso-domain.store.ts';

/** A page of the console, which hands on what the provider says. From settings, never from a request. */
export const redirectUriOf = ({ consoleUrl }: Pick<ApiSettings, 'consoleUrl'>): string =>
  `${consoleUrl}/sign-in/sso`;

export interface BegunSignIn {
  readonly organizationId: string;
  readonly url: string;
}

/** Where somebody goes to sign in by her organization's identity provider. Rejects with SsoProblem. */
@Injectable()
export class BeginSso {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(SsoConnectionStore) private readonly store: SsoConnectionStore,
    @Inject(SsoDomainStore) private readonly domains: SsoDomainStore,
    @Inject(ProveDomain) private readonly proveDomain: ProveDomain,
    @Inject(OrganizationStore) private readonly organizations: OrganizationStore,
    @Inject(SetConnection) private readonly connections: SetConnection,
    @Inject(IdentityProvider) private readonly provider: IdentityProvider,
    @Inject(SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** By the domain alone: the same for every address of it, whoever has an account. Null: nobody has it set up. */
  async byAddress(email: string, proof: SignInProof): Promise<BegunSignIn | null> {
    const connection = await this.#ofDomain(domainOf(email));
    return connection && this.#begin(connection, email, proof);
  }

  /** For who is signed in: of her address's domain, or else of the organization that the session is about. */
  async forPerson(
    person: { readonly id: string; readonly email: string; readonly organizationId: string | null },
    proof: SignInProof,
  ): Promise<BegunSignIn | null> {
    const connection = (await this.#ofDomain(domainOf(person.email))) ?? (await this.#ofSession(person));
    return connection && this.#begin(connection, person.email, proof);
  }

  async #ofDomain(domain: string): Promise<ConnectionRow | null> {
    const row = await this.domains.findProved(this.db, domain);
    if (row === null || !(await this.proveDomain.isStillProved(row))) return null;
    return this.store.find(this.db, row.organizationId);
  }

  async #ofSession(person: { readonly id: string; readonly organizationId: string | null }) {
    const by = { method: null, ssoOrganizationId: null };
    const found = await this.organizations.findMembership(person.id, person.organizationId, by);
    return found && this.store.find(this.db, found.organizationId);
  }

  async #begin(connection: ConnectionRow, loginHint: string, proof: SignInProof): Promise<BegunSignIn> {
    const asked = { redirectUri: redirectUriOf(this.settings), loginHint };
    const url = await this.provider.begin(this.connections.clientOf(connection), proof, asked);
    return { organizationId: connection.organizationId, url: url.href };
  }
}
