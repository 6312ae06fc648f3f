import { Module } from '@nestjs/common';
import { SessionStore } from './session.store.ts';

/** The part of this room that authentication stands on. */
@Module({ providers: [SessionStore], exports: [SessionStore] })
export class SessionStoreModule {}
