import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.ts';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { MembersModule } from '../members/members.module.ts';
import { SessionStoreModule } from '../sessions/session-store.module.ts';
import { AccountDeletionController } from './account-deletion.controller.ts';
import { AccountDeletionStore } from './account-deletion.store.ts';
import { DeleteAccount } from './delete-account.ts';

/** The end of an account, and what goes with it. */
@Module({
  imports: [AccountModule, ApiKeysModule, AuditModule, MailModule, MembersModule, SessionStoreModule],
  controllers: [AccountDeletionController],
  providers: [AccountDeletionStore, DeleteAccount],
})
export class AccountDeletionModule {}
