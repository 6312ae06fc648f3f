import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { ControlDb } from '@weir/db/control';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import { AccountModule } from '../account/account.module.ts';
import { AccountEvents } from '../account/account-events.ts';
import { HttpModule } from '../http/http.module.ts';
import { RateLimits } from '../http/rate-limits.ts';
import { EnsureTenancy } from '../organizations/ensure-tenancy.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { CheckPasskey } from '../passkeys/check-passkey.ts';
import { PasskeysModule } from '../passkeys/passkeys.module.ts';
import { RegisterPasskey } from '../passkeys/register-passkey.ts';
import { CLOCK, CONTROL_DB, LOGGER, SETTINGS } from '../platform/tokens.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { SessionStore } from '../sessions/session.store.ts';
import { SessionStoreModule } from '../sessions/session-store.module.ts';
import type { ApiSettings } from '../settings.ts';
import { BeginSso } from '../sso/begin-sso.ts';
import { FinishSso } from '../sso/finish-sso.ts';
import { SsoModule } from '../sso/sso.module.ts';
import { AccessGuard } from './access.guard.ts';
import { Authenticate } from './authenticate.ts';
import { KeyStore } from './key.store.ts';
import { MailModule } from './mail.module.ts';
import { MailStore } from './mail.store.ts';
import { createPeople, PEOPLE } from './people.ts';
import { PersonStore } from './person.store.ts';

@Module({
  imports: [
    AccountModule,
    HttpModule,
    TenancyModule,
    MailModule,
    RoleBindingDirectoryModule,
    SessionStoreModule,
    PasskeysModule,
    SsoModule,
  ],
  providers: [
    Authenticate,
    KeyStore,
    PersonStore,
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: PEOPLE,
      inject: [
        CONTROL_DB,
        SETTINGS,
        MailStore,
        SessionStore,
        AccountEvents,
        RateLimits,
        RegisterPasskey,
        CheckPasskey,
        BeginSso,
        FinishSso,
        EnsureTenancy,
        CLOCK,
        LOGGER,
      ],
      useFactory: (
        db: ControlDb,
        settings: ApiSettings,
        mails: MailStore,
        sessions: SessionStore,
        events: AccountEvents,
        limits: RateLimits,
        register: RegisterPasskey,
        check: CheckPasskey,
        beginSso: BeginSso,
        finishSso: FinishSso,
        ensureTenancy: EnsureTenancy,
        clock: Clock,
        logger: Logger,
      ) =>
        createPeople({
          db,
          settings,
          mails,
          sessions,
          events,
          limits,
          passkeys: { register, check },
          sso: { begin: beginSso, finish: finishSso },
          ensureTenancy,
          clock,
          logger,
        }),
    },
  ],
  exports: [Authenticate, PEOPLE],
})
export class AuthModule {}
