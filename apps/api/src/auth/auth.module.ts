import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { ControlDb } from '@weir/db/control';
import type { Logger } from '@weir/runtime/logger';
import { HttpModule } from '../http/http.module.ts';
import { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { CONTROL_DB, LOGGER, SETTINGS } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { AccessGuard } from './access.guard.ts';
import { Authenticate } from './authenticate.ts';
import { KeyStore } from './key.store.ts';
import { MailStore } from './mail.store.ts';
import { MailsController } from './mails.controller.ts';
import { createPeople, PEOPLE } from './people.ts';

@Module({
  imports: [HttpModule, TenancyModule],
  controllers: [MailsController],
  providers: [
    Authenticate,
    KeyStore,
    MailStore,
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: PEOPLE,
      inject: [CONTROL_DB, SETTINGS, MailStore, EnsureTenancy, LOGGER],
      useFactory: (
        db: ControlDb,
        settings: ApiSettings,
        mails: MailStore,
        ensureTenancy: EnsureTenancy,
        logger: Logger,
      ) => createPeople(db, settings, mails, ensureTenancy, logger),
    },
  ],
  exports: [PEOPLE],
})
export class AuthModule {}
