import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { AuditStore } from './audit.store.ts';

/** A leaf: every room may write to it, it knows none of them. */
@Module({ controllers: [AuditController], providers: [AuditStore], exports: [AuditStore] })
export class AuditModule {}
