import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.ts';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { AcceptInvitation } from './accept-invitation.ts';
import { Invite } from './invite.ts';
import { MemberStore } from './member.store.ts';
import { MembersController } from './members.controller.ts';
import { RemoveMember } from './remove-member.ts';
import { SwitchOrganization } from './switch-organization.ts';

/** Who is in an organization. */
@Module({
  imports: [AccountModule, ApiKeysModule, AuditModule, MailModule, QuotasModule],
  controllers: [MembersController],
  providers: [AcceptInvitation, Invite, MemberStore, RemoveMember, SwitchOrganization],
})
export class MembersModule {}
