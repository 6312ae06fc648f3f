import { Module } from '@nestjs/common';
import { createFindTxtRecords } from '@weir/mail-domains/txt-records';
import { AccountModule } from '../account/account.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { MembersModule } from '../members/members.module.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { SETTINGS } from '../platform/tokens.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import type { ApiSettings } from '../settings.ts';
import { BeginSso } from './begin-sso.ts';
import { ChangeGroupMappings } from './change-group-mappings.ts';
import { FinishSso } from './finish-sso.ts';
import { GroupMappingDirectoryModule } from './group-mapping-directory.module.ts';
import { GroupMappingsController } from './group-mappings.controller.ts';
import { IdentityProvider } from './identity-provider.ts';
import { FIND_TXT_RECORDS, ProveDomain } from './prove-domain.ts';
import { SetConnection } from './set-connection.ts';
import { SetEnforcement } from './set-enforcement.ts';
import { SsoController } from './sso.controller.ts';
import { SsoConnectionStore } from './sso-connection.store.ts';
import { SsoDomainStore } from './sso-domain.store.ts';
import { SsoIdentityStore } from './sso-identity.store.ts';

/** Single sign-on by an organization's identity provider (adr/0006-single-sign-on.md). */
@Module({
  imports: [
    AccountModule,
    AuditModule,
    GroupMappingDirectoryModule,
    HttpModule,
    MembersModule,
    QuotasModule,
    RoleBindingDirectoryModule,
    TenancyModule,
  ],
  controllers: [GroupMappingsController, SsoController],
  providers: [
    BeginSso,
    ChangeGroupMappings,
    FinishSso,
    IdentityProvider,
    ProveDomain,
    SetConnection,
    SetEnforcement,
    SsoConnectionStore,
    SsoDomainStore,
    SsoIdentityStore,
    {
      provide: FIND_TXT_RECORDS,
      inject: [SETTINGS],
      useFactory: (settings: ApiSettings) => createFindTxtRecords(settings.dnsServers),
    },
  ],
  exports: [BeginSso, FinishSso],
})
export class SsoModule {}
