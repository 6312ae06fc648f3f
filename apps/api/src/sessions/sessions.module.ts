import { Module } from '@nestjs/common';
import { AccountModule } from '../account/account.module.ts';
import { EndSession } from './end-session.ts';
import { SessionStoreModule } from './session-store.module.ts';
import { SessionsController } from './sessions.controller.ts';

/** Where a person is signed in. */
@Module({
  imports: [AccountModule, SessionStoreModule],
  controllers: [SessionsController],
  providers: [EndSession],
})
export class SessionsModule {}
