import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AccountModule } from './account/account.module.ts';
import { AccountDeletionModule } from './account-deletion/account-deletion.module.ts';
import { AclsModule } from './acls/acls.module.ts';
import { ApiKeysModule } from './api-keys/api-keys.module.ts';
import { AppliedQuotasModule } from './applied-quotas/applied-quotas.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { AuditDeliveryModule } from './audit-delivery/audit-delivery.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { BillingModule } from './billing/billing.module.ts';
import { BrokersModule } from './brokers/brokers.module.ts';
import { BudgetsModule } from './budgets/budgets.module.ts';
import { ClientQuotasModule } from './client-quotas/client-quotas.module.ts';
import { ClustersModule } from './clusters/clusters.module.ts';
import { ConsumerGroupsModule } from './consumer-groups/consumer-groups.module.ts';
import { DocsModule } from './docs/docs.module.ts';
import { EnvironmentsModule } from './environments/environments.module.ts';
import { ErrorFilter } from './http/error.filter.ts';
import { HttpModule } from './http/http.module.ts';
import { McpModule } from './mcp/mcp.module.ts';
import { MembersModule } from './members/members.module.ts';
import { MetricsModule } from './metrics/metrics.module.ts';
import { OrganizationsModule } from './organizations/organizations.module.ts';
import { PasskeysModule } from './passkeys/passkeys.module.ts';
import { PaymentsModule } from './payments/payments.module.ts';
import { platformModule } from './platform/platform.module.ts';
import type { Platform } from './platform/tokens.ts';
import { QuotasModule } from './quotas/quotas.module.ts';
import { RecordsModule } from './records/records.module.ts';
import { RoleBindingsModule } from './role-bindings/role-bindings.module.ts';
import { ServiceAccountsModule } from './service-accounts/service-accounts.module.ts';
import { SessionsModule } from './sessions/sessions.module.ts';
import { SpendLimitsModule } from './spend-limits/spend-limits.module.ts';
import { SsoModule } from './sso/sso.module.ts';
import { TopicsModule } from './topics/topics.module.ts';
import { UsageModule } from './usage/usage.module.ts';
import { UsersModule } from './users/users.module.ts';
import { WebhooksModule } from './webhooks/webhooks.module.ts';

/** The whole API: every room, and what they stand on. */
@Module({})
export class ApiModule {}

export const apiModule = (platform: Platform): DynamicModule => ({
  module: ApiModule,
  imports: [
    platformModule(platform),
    HttpModule,
    AuthModule,
    AccountModule,
    AccountDeletionModule,
    SessionsModule,
    PasskeysModule,
    SsoModule,
    OrganizationsModule,
    EnvironmentsModule,
    ClustersModule,
    UsersModule,
    MembersModule,
    ServiceAccountsModule,
    ApiKeysModule,
    RoleBindingsModule,
    TopicsModule,
    AclsModule,
    RecordsModule,
    BrokersModule,
    ConsumerGroupsModule,
    QuotasModule,
    ClientQuotasModule,
    AppliedQuotasModule,
    UsageModule,
    MetricsModule,
    BillingModule,
    BudgetsModule,
    WebhooksModule,
    SpendLimitsModule,
    PaymentsModule,
    AuditModule,
    AuditDeliveryModule,
    DocsModule,
    McpModule,
  ],
  providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
});
