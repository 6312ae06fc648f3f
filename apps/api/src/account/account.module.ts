import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { TenancyModule } from '../organizations/tenancy.module.ts';
import { AccountStore } from './account.store.ts';
import { AccountEvents } from './account-events.ts';
import { ChangeAddress } from './change-address.ts';
import { ChangePassword } from './change-password.ts';
import { CheckPassword } from './check-password.ts';
import { FollowLink } from './follow-link.ts';
import { ResetPassword } from './reset-password.ts';

/** What people do to their own accounts. */
@Module({
  imports: [AuditModule, HttpModule, MailModule, TenancyModule],
  providers: [
    AccountEvents,
    AccountStore,
    ChangeAddress,
    ChangePassword,
    CheckPassword,
    FollowLink,
    ResetPassword,
  ],
  exports: [AccountEvents, AccountStore, CheckPassword],
})
export class AccountModule {}
