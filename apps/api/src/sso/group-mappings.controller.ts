import { Controller, Inject } from '@nestjs/common';
import type { ResponseOf } from '@weir/contracts/operation';
import {
  createGroupMapping,
  deleteGroupMapping,
  type GroupMapping,
  getGroupMapping,
  listGroupMappings,
  updateGroupMapping,
} from '@weir/contracts/single-sign-on';
import { organizationScope } from '../access/require-access.ts';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { ChangeGroupMappings } from './change-group-mappings.ts';
import { GroupMappingStore } from './group-mapping.store.ts';
import { groupMappingsPath, presentMapping } from './sso.present.ts';

/** Seen by whoever sees people: roles are given to both. */
@Controller()
export class GroupMappingsController {
  constructor(
    @Inject(GroupMappingStore) private readonly store: GroupMappingStore,
    @Inject(ChangeGroupMappings) private readonly change: ChangeGroupMappings,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listGroupMappings)
  async list(
    @TheCall(listGroupMappings) { caller }: Call,
    @Input(listGroupMappings) input: InputOf<typeof listGroupMappings>,
  ): Promise<ResponseOf<typeof listGroupMappings>> {
    const request = pageRequest(input.query);
    const page = caller.access.allows('directory:read', organizationScope)
      ? await this.store.list(caller.organizationId, request)
      : { rows: [], total: 0 };
    const { metadata, rows } = presentPage(page, request, this.links, groupMappingsPath);
    const data = rows.map((row) => presentMapping(row, this.links));
    return { api_version: 'iam/v2', kind: 'GroupMappingList', metadata, data };
  }

  @Handles(createGroupMapping)
  async create(
    @TheCall(createGroupMapping) call: Call,
    @Input(createGroupMapping) input: InputOf<typeof createGroupMapping>,
  ): Promise<GroupMapping> {
    return presentMapping(await this.change.create(call, input.body), this.links);
  }

  @Handles(getGroupMapping)
  async get(
    @TheCall(getGroupMapping) { caller }: Call,
    @Input(getGroupMapping) input: InputOf<typeof getGroupMapping>,
  ): Promise<GroupMapping> {
    const isSeen = caller.access.allows('directory:read', organizationScope);
    const row = isSeen ? await this.store.find(caller.organizationId, input.params.id) : null;
    if (!row) throw notFound();
    return presentMapping(row, this.links);
  }

  @Handles(updateGroupMapping)
  async update(
    @TheCall(updateGroupMapping) call: Call,
    @Input(updateGroupMapping) input: InputOf<typeof updateGroupMapping>,
  ): Promise<GroupMapping> {
    const { description, display_name: displayName, filter } = input.body;
    const row = await this.change.update(call, input.params.id, { description, displayName, filter });
    return presentMapping(row, this.links);
  }

  @Handles(deleteGroupMapping)
  async remove(
    @TheCall(deleteGroupMapping) call: Call,
    @Input(deleteGroupMapping) input: InputOf<typeof deleteGroupMapping>,
  ): Promise<void> {
    await this.change.remove(call, input.params.id);
  }
}
