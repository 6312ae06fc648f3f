import { Module } from '@nestjs/common';
import { HttpModule } from '../http/http.module.ts';
import { BrokerCaController } from './broker-ca.controller.ts';
import { DocsController } from './docs.controller.ts';
import { HealthController } from './health.controller.ts';

@Module({ imports: [HttpModule], controllers: [BrokerCaController, DocsController, HealthController] })
export class DocsModule {}
