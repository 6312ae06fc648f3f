import { Inject, Injectable } from '@nestjs/common';
import { seal } from '@weir/runtime/seal';
import { makeWebhookSecret, webhookSecretPurpose } from '@weir/webhooks/signature';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

/** A secret of a webhook, for its owner, and as it is kept: one row's opens nothing in another. */
@Injectable()
export class MakeWebhookSecret {
  constructor(@Inject(SETTINGS) private readonly settings: ApiSettings) {}

  of(webhookId: string, number: number): { readonly secret: string; readonly sealed: string } {
    const secret = makeWebhookSecret();
    const { authSecret } = this.settings;
    return { secret, sealed: seal(authSecret, webhookSecretPurpose, `${webhookId} ${number}`, secret) };
  }
}
