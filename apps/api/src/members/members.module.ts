import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.ts';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { SessionStoreModule } from '../sessions/session-store.module.ts';
import { GroupMappingDirectoryModule } from '../sso/group-mapping-directory.module.ts';
import { AcceptInvitation } from './accept-invitation.ts';
import { Invite } from './invite.ts';
import { LeaveOrganization } from './leave-organization.ts';
import { MemberStore } from './member.store.ts';
import { MembersController } from './members.controller.ts';
import { RemoveMember } from './remove-member.ts';
import { SwitchOrganization } from './switch-organization.ts';

/** Who is in an organization. */
@Module({
  imports: [
    AccountModule,
    ApiKeysModule,
    AuditModule,
    GroupMappingDirectoryModule,
    MailModule,
    QuotasModule,
    RoleBindingDirectoryModule,
    SessionStoreModule,
    TenancyModule,
  ],
  controllers: [MembersController],
  providers: [AcceptInvitation, Invite, LeaveOrganization, MemberStore, RemoveMember, SwitchOrganization],
  exports: [LeaveOrganization, MemberStore],
})
export class MembersModule {}
