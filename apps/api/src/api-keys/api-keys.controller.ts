import { Controller, Inject } from '@nestjs/common';
import { createApiKey, deleteApiKey, getApiKey, listApiKeys, updateApiKey } from '@weir/contracts/iam';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { pageRequest, presentPage } from '../http/paging.ts';
import { notFound } from '../http/refused.ts';
import { Links } from '../platform/links.ts';
import { requireKeySight, seenKeys } from './api-key.policy.ts';
import { apiKeysPath, presentApiKey } from './api-key.present.ts';
import { ApiKeyStore } from './api-key.store.ts';
import { CreateApiKey } from './create-api-key.ts';
import { RevokeApiKey } from './revoke-api-key.ts';
import { UpdateApiKey } from './update-api-key.ts';

@Controller()
export class ApiKeysController {
  constructor(
    @Inject(ApiKeyStore) private readonly store: ApiKeyStore,
    @Inject(CreateApiKey) private readonly createKey: CreateApiKey,
    @Inject(UpdateApiKey) private readonly updateKey: UpdateApiKey,
    @Inject(RevokeApiKey) private readonly revokeKey: RevokeApiKey,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listApiKeys)
  async list(
    @TheCall(listApiKeys) call: Call,
    @Input(listApiKeys) input: InputOf<typeof listApiKeys>,
  ): Promise<ResponseOf<typeof listApiKeys>> {
    const request = pageRequest(input.query);
    const ownerId = input.query['spec.owner'];
    const resourceId = input.query['spec.resource'];
    const { expires_before, unused_since } = input.query;
    const expiresBefore = expires_before === undefined ? undefined : new Date(expires_before);
    const unusedSince = unused_since === undefined ? undefined : new Date(unused_since);
    const filter = { ownerId, resourceId, expiresBefore, unusedSince };
    const seen = seenKeys(call.caller);
    const page = await this.store.list(call.caller.organizationId, filter, seen, request);
    const filters = { 'spec.owner': ownerId, 'spec.resource': resourceId, expires_before, unused_since };
    const { rows, metadata } = presentPage(page, request, this.links, apiKeysPath, filters);
    const data = rows.map((row) => presentApiKey(row, this.links));
    return { api_version: 'iam/v2', kind: 'ApiKeyList', metadata, data };
  }

  @Handles(createApiKey)
  async create(
    @TheCall(createApiKey) call: Call,
    @Input(createApiKey) input: InputOf<typeof createApiKey>,
  ): Promise<ResponseOf<typeof createApiKey>> {
    const { spec } = input.body;
    const wanted = {
      displayName: spec.display_name ?? '',
      description: spec.description,
      ownerId: spec.owner?.id,
      resourceId: spec.resource?.id,
      expiresAt: spec.expires_at === undefined ? null : new Date(spec.expires_at),
    };
    const made = await this.createKey.run(call, wanted, input.query.dry_run);
    return presentApiKey(made.row, this.links, made.secret);
  }

  @Handles(getApiKey)
  async get(
    @TheCall(getApiKey) call: Call,
    @Input(getApiKey) input: InputOf<typeof getApiKey>,
  ): Promise<ResponseOf<typeof getApiKey>> {
    const { organizationId } = call.caller;
    const row = await this.store.find(organizationId, input.params.id);
    if (!row) throw notFound();
    requireKeySight(call.caller, row);
    return presentApiKey(row, this.links);
  }

  @Handles(updateApiKey)
  async update(
    @TheCall(updateApiKey) call: Call,
    @Input(updateApiKey) input: InputOf<typeof updateApiKey>,
  ): Promise<ResponseOf<typeof updateApiKey>> {
    const { spec } = input.body;
    const change = { displayName: spec.display_name, description: spec.description };
    const row = await this.updateKey.run(call, input.params.id, change, input.query.dry_run);
    return presentApiKey(row, this.links);
  }

  @Handles(deleteApiKey)
  async delete(
    @TheCall(deleteApiKey) call: Call,
    @Input(deleteApiKey) input: InputOf<typeof deleteApiKey>,
  ): Promise<void> {
    await this.revokeKey.run(call, input.params.id, input.query.dry_run);
  }
}
