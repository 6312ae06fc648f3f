import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { ControlDb } from '@weir/db/control';
import { receiveEvent } from '@weir/payments/receive-event';
import type { Request, Response } from 'express';
import { countNetwork } from '../auth/sign-in-attempts.ts';
import { RateLimits, webhookLimit } from '../http/rate-limits.ts';
import { invalid, notFound } from '../http/refused.ts';
import { CONTROL_DB } from '../platform/tokens.ts';
import { PAYMENT_PROVIDER, type PaymentProvider } from './payment-provider.ts';
import { readRaw } from './read-raw.ts';

/** What the payment provider tells. Its signature is over the bytes as they came. */
@Controller()
export class WebhookController {
  constructor(
    @Inject(CONTROL_DB) private readonly db: ControlDb,
    @Inject(PAYMENT_PROVIDER) private readonly provider: PaymentProvider | null,
    @Inject(RateLimits) private readonly rateLimits: RateLimits,
  ) {}

  @Post('/webhooks/stripe')
  @HttpCode(200)
  async receive(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ received: true }> {
    if (this.provider === null) throw notFound();
    await countNetwork(this.rateLimits, webhookLimit, request, response);
    const body = await readRaw(request);
    const { client, isLive, webhookSecrets: secrets } = this.provider;
    const signature = request.get('stripe-signature') ?? '';
    const received = await receiveEvent(this.db, client, { body, signature, secrets, isLive });
    if (received === 'unsigned')
      throw invalid('The signature is not the payment provider’s, or is older than five minutes.');
    if (received === 'foreign')
      throw invalid(
        'This is no event of the payment provider’s for this account: one of a connected account, of the other of live and test, or of another form.',
      );
    return { received: true };
  }
}
