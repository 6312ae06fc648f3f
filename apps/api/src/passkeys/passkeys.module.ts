import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.ts';
import { MailModule } from '../auth/mail.module.ts';
import { SessionStoreModule } from '../sessions/session-store.module.ts';
import { CheckPasskey } from './check-passkey.ts';
import { PasskeyStore } from './passkey.store.ts';
import { PasskeysController } from './passkeys.controller.ts';
import { RegisterPasskey } from './register-passkey.ts';
import { RemovePasskey } from './remove-passkey.ts';

/** Passkeys of people; the forms by which they are made and used are in the room of authentication. */
@Module({
  imports: [AccountModule, MailModule, SessionStoreModule],
  controllers: [PasskeysController],
  providers: [CheckPasskey, PasskeyStore, RegisterPasskey, RemovePasskey],
  exports: [CheckPasskey, RegisterPasskey],
})
export class PasskeysModule {}
