import { Module } from '@nestjs/common';
import { MailStore } from './mail.store.ts';

/** Mail that people are to get; the rooms that write to them stand on it. */
@Module({ providers: [MailStore], exports: [MailStore] })
export class MailModule {}
