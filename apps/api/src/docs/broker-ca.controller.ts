import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { brokerCaPath } from '../clusters/cluster.present.ts';
import { notFound } from '../http/refused.ts';
import { SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';

/** What Kafka clients know brokers by, for everybody: it is shown to whoever connects to one. */
@Controller()
export class BrokerCaController {
  constructor(@Inject(SETTINGS) private readonly settings: ApiSettings) {}

  @Get(brokerCaPath)
  certificate(@Res() response: Response): void {
    const { ca } = this.settings.brokerAccess;
    if (ca === null) throw notFound();
    response.type('application/x-pem-file').send(ca);
  }
}
