import { Controller, Inject } from '@nestjs/common';
import {
  createServiceAccount,
  deleteServiceAccount,
  getServiceAccount,
  listServiceAccounts,
  updateServiceAccount,
} from '@weir/contracts/iam';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { CreateServiceAccount } from './create-service-account.ts';
import { DeleteServiceAccount } from './delete-service-account.ts';
import { seenAccountIds, seesAccount } from './service-account.policy.ts';
import { presentServiceAccount, serviceAccountsPath } from './service-account.present.ts';
import { ServiceAccountStore } from './service-account.store.ts';
import { UpdateServiceAccount } from './update-service-account.ts';

@Controller()
export class ServiceAccountsController {
  constructor(
    @Inject(ServiceAccountStore) private readonly store: ServiceAccountStore,
    @Inject(CreateServiceAccount) private readonly createAccount: CreateServiceAccount,
    @Inject(UpdateServiceAccount) private readonly updateAccount: UpdateServiceAccount,
    @Inject(DeleteServiceAccount) private readonly deleteAccount: DeleteServiceAccount,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listServiceAccounts)
  async list(
    @TheCall(listServiceAccounts) call: Call,
    @Input(listServiceAccounts) input: InputOf<typeof listServiceAccounts>,
  ): Promise<ResponseOf<typeof listServiceAccounts>> {
    const request = pageRequest(input.query);
    const { access, organizationId } = call.caller;
    const { display_name } = input.query;
    const wanted = { ids: seenAccountIds(access), names: display_name ?? null };
    const page = await this.store.list(organizationId, wanted, request);
    const { rows, metadata } = presentPage(page, request, this.links, serviceAccountsPath, { display_name });
    const data = rows.map((row) => presentServiceAccount(row, this.links));
    return { api_version: 'iam/v2', kind: 'ServiceAccountList', metadata, data };
  }

  @Handles(createServiceAccount)
  async create(
    @TheCall(createServiceAccount) call: Call,
    @Input(createServiceAccount) input: InputOf<typeof createServiceAccount>,
  ): Promise<ResponseOf<typeof createServiceAccount>> {
    const { description, display_name } = input.body;
    const row = await this.createAccount.run(call, display_name, description, input.query.dry_run);
    return presentServiceAccount(row, this.links);
  }

  @Handles(getServiceAccount)
  async get(
    @TheCall(getServiceAccount) call: Call,
    @Input(getServiceAccount) input: InputOf<typeof getServiceAccount>,
  ): Promise<ResponseOf<typeof getServiceAccount>> {
    const { access, organizationId } = call.caller;
    const { id } = input.params;
    const row = seesAccount(access, id) ? await this.store.find(organizationId, id) : null;
    if (!row) throw notFound();
    return presentServiceAccount(row, this.links);
  }

  @Handles(updateServiceAccount)
  async update(
    @TheCall(updateServiceAccount) call: Call,
    @Input(updateServiceAccount) input: InputOf<typeof updateServiceAccount>,
  ): Promise<ResponseOf<typeof updateServiceAccount>> {
    const change = { displayName: input.body.display_name, description: input.body.description };
    const row = await this.updateAccount.run(call, input.params.id, change, input.query.dry_run);
    return presentServiceAccount(row, this.links);
  }

  @Handles(deleteServiceAccount)
  async delete(
    @TheCall(deleteServiceAccount) call: Call,
    @Input(deleteServiceAccount) input: InputOf<typeof deleteServiceAccount>,
  ): Promise<void> {
    await this.deleteAccount.run(call, input.params.id, input.query.dry_run);
  }
}
