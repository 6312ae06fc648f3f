import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createEnvironment,
  deleteEnvironment,
  getEnvironment,
  listEnvironments,
  updateEnvironment,
} from '@weir/contracts/organizations';
import { environmentScope, requireSight } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { CreateEnvironment } from './create-environment.ts';
import { DeleteEnvironment } from './delete-environment.ts';
import { environmentsPath, presentEnvironment } from './environment.present.ts';
import { EnvironmentStore } from './environment.store.ts';
import { RenameEnvironment } from './rename-environment.ts';

@Controller()
export class EnvironmentsController {
  constructor(
    @Inject(EnvironmentStore) private readonly store: EnvironmentStore,
    @Inject(CreateEnvironment) private readonly createEnvironment: CreateEnvironment,
    @Inject(RenameEnvironment) private readonly renameEnvironment: RenameEnvironment,
    @Inject(DeleteEnvironment) private readonly deleteEnvironment: DeleteEnvironment,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listEnvironments)
  async list(
    @TheCall(listEnvironments) call: Call,
    @Input(listEnvironments) input: InputOf<typeof listEnvironments>,
  ): Promise<ResponseOf<typeof listEnvironments>> {
    const request = pageRequest(input.query);
    const { access, organizationId } = call.caller;
    const page = await this.store.list(
      organizationId,
      access.reach('environment:read').everywhere ? null : access.seenEnvironmentIds(),
      request,
    );
    const { rows, metadata } = presentPage(page, request, this.links, environmentsPath);
    const data = rows.map((row) => presentEnvironment(row, this.links));
    return { api_version: 'org/v2', kind: 'EnvironmentList', metadata, data };
  }

  @Handles(createEnvironment)
  async create(
    @TheCall(createEnvironment) call: Call,
    @Input(createEnvironment) input: InputOf<typeof createEnvironment>,
  ): Promise<ResponseOf<typeof createEnvironment>> {
    const row = await this.createEnvironment.run(call, input.body.display_name, input.query.dry_run);
    return presentEnvironment(row, this.links);
  }

  @Handles(getEnvironment)
  async get(
    @TheCall(getEnvironment) call: Call,
    @Input(getEnvironment) input: InputOf<typeof getEnvironment>,
  ): Promise<ResponseOf<typeof getEnvironment>> {
    const { organizationId } = call.caller;
    const row = await this.store.find(organizationId, input.params.id);
    if (!row) throw notFound();
    requireSight(call.caller, 'environment:read', environmentScope(row.id));
    return presentEnvironment(row, this.links);
  }

  @Handles(updateEnvironment)
  async update(
    @TheCall(updateEnvironment) call: Call,
    @Input(updateEnvironment) input: InputOf<typeof updateEnvironment>,
  ): Promise<ResponseOf<typeof updateEnvironment>> {
    const { display_name } = input.body;
    const row = await this.renameEnvironment.run(call, input.params.id, display_name, input.query.dry_run);
    return presentEnvironment(row, this.links);
  }

  @Handles(deleteEnvironment)
  async delete(
    @TheCall(deleteEnvironment) call: Call,
    @Input(deleteEnvironment) input: InputOf<typeof deleteEnvironment>,
  ): Promise<void> {
    await this.deleteEnvironment.run(call, input.params.id, input.query.dry_run);
  }
}
