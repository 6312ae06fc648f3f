import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  getOrganization,
  listOrganizations,
  Organization,
  updateOrganization,
} from '@weir/contracts/organizations';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { type OrganizationRow, OrganizationStore } from './organization.store.ts';
import { RenameOrganization } from './rename-organization.ts';

const path = '/org/v2/organizations';

@Controller()
export class OrganizationsController {
  constructor(
    @Inject(OrganizationStore) private readonly store: OrganizationStore,
    @Inject(RenameOrganization) private readonly renameOrganization: RenameOrganization,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listOrganizations)
  async list(
    @TheCall(listOrganizations) call: Call,
    @Input(listOrganizations) input: InputOf<typeof listOrganizations>,
  ): Promise<ResponseOf<typeof listOrganizations>> {
    const seen = call.caller.access.allows('organization:read', organizationScope);
    const own = seen ? await this.store.find(call.caller.organizationId) : null;
    const page = { rows: own ? [own] : [], total: own ? 1 : 0 };
    const { rows, metadata } = presentPage(page, pageRequest(input.query), this.links, path);
    const data = rows.map((row) => this.#present(row));
    return { api_version: 'org/v2', kind: 'OrganizationList', metadata, data };
  }

  @Handles(getOrganization)
  async get(
    @TheCall(getOrganization) call: Call,
    @Input(getOrganization) input: InputOf<typeof getOrganization>,
  ): Promise<ResponseOf<typeof getOrganization>> {
    const { access, organizationId } = call.caller;
    const mine = access.allows('organization:read', organizationScope) && input.params.id === organizationId;
    const row = mine ? await this.store.find(input.params.id) : null;
    if (!row) throw notFound();
    return this.#present(row);
  }

  @Handles(updateOrganization)
  async update(
    @TheCall(updateOrganization) call: Call,
    @Input(updateOrganization) input: InputOf<typeof updateOrganization>,
  ): Promise<ResponseOf<typeof updateOrganization>> {
    const { display_name } = input.body;
    const { dry_run } = input.query;
    return this.#present(await this.renameOrganization.run(call, input.params.id, display_name, dry_run));
  }

  #present(row: OrganizationRow): Organization {
    const resourceName = this.links.resourceName(['organization', row.id]);
    return Organization.parse({
      api_version: 'org/v2',
      kind: 'Organization',
      id: row.id,
      metadata: this.links.metadata(`${path}/${row.id}`, resourceName, row),
      display_name: row.displayName,
    });
  }
}
