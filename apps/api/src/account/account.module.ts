import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents } from './account-events.ts';
import { FollowLink } from './follow-link.ts';

/** What people do to their own accounts. */
@Module({
  imports: [AuditModule, MailModule, TenancyModule],
  providers: [AccountEvents, AccountStore, FollowLink],
  exports: [AccountEvents],
})
export class AccountModule {}
