import { Controller, Inject, Req } from '@nestjs/common';
import {
  createApiKeySecret,
  deleteApiKeySecret,
  listApiKeySecrets,
  reportSecrets,
} from '@weir/contracts/api-key-secrets';
import type { ResponseOf } from '@weir/contracts/operation';
import type { Request } from 'express';
import type { Call } from '../http/call.ts';
import { Handles, Input, type InputOf, TheCall } from '../http/operations.ts';
import { notFound } from '../http/refused.ts';
import { stateOf } from '../http/request-state.ts';
import { Links } from '../platform/links.ts';
import { requireKeySight } from './api-key.policy.ts';
import { apiKeysPath } from './api-key.present.ts';
import { ApiKeyStore } from './api-key.store.ts';
import { presentSecret } from './api-key-secret.present.ts';
import { CreateApiKeySecret } from './create-api-key-secret.ts';
import { ReportSecrets } from './report-secrets.ts';
import { RetireApiKeySecret } from './retire-api-key-secret.ts';

@Controller()
export class ApiKeySecretsController {
  constructor(
    @Inject(ApiKeyStore) private readonly keys: ApiKeyStore,
    @Inject(CreateApiKeySecret) private readonly createSecret: CreateApiKeySecret,
    @Inject(RetireApiKeySecret) private readonly retireSecret: RetireApiKeySecret,
    @Inject(ReportSecrets) private readonly reportSecrets: ReportSecrets,
    @Inject(Links) private readonly links: Links,
  ) {}

  @Handles(listApiKeySecrets)
  async list(
    @TheCall(listApiKeySecrets) { caller }: Call,
    @Input(listApiKeySecrets) { params }: InputOf<typeof listApiKeySecrets>,
  ): Promise<ResponseOf<typeof listApiKeySecrets>> {
    const key = await this.keys.find(caller.organizationId, params.id);
    if (!key) throw notFound();
    requireKeySight(caller, key);
    const data = key.secrets.map((row) => presentSecret(key, row, this.links));
    const first = this.links.url(`${apiKeysPath}/${key.id}/secrets`);
    const metadata = { first, total_size: data.length };
    return { api_version: 'iam/v2', kind: 'ApiKeySecretList', metadata, data };
  }

  @Handles(createApiKeySecret)
  async create(
    @TheCall(createApiKeySecret) call: Call,
    @Input(createApiKeySecret) { params, query }: InputOf<typeof createApiKeySecret>,
  ): Promise<ResponseOf<typeof createApiKeySecret>> {
    const { key, row, secret } = await this.createSecret.run(call, params.id, query.dry_run);
    return presentSecret(key, row, this.links, secret);
  }

  @Handles(deleteApiKeySecret)
  async retire(
    @TheCall(deleteApiKeySecret) call: Call,
    @Input(deleteApiKeySecret) { params, query }: InputOf<typeof deleteApiKeySecret>,
  ): Promise<void> {
    await this.retireSecret.run(call, params.id, params.secret_id, query.dry_run);
  }

  @Handles(reportSecrets)
  async report(
    @Req() request: Request,
    @Input(reportSecrets) { body }: InputOf<typeof reportSecrets>,
  ): Promise<ResponseOf<typeof reportSecrets>> {
    const { clientAddress: sourceIp, requestId } = stateOf(request);
    const outcomes = await this.reportSecrets.run(body.secrets, { sourceIp, requestId });
    const data = outcomes.map((outcome) => ({ outcome }));
    return { api_version: 'iam/v2', kind: 'ReportedSecrets', data };
  }
}
