import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { AuditController } from './audit.controller.ts';
import { AuditStore } from './audit.store.ts';
import { AuditReaderStore } from './audit-reader.store.ts';
import { CheckChain } from './check-chain.ts';
import { ExportEvents } from './export-events.ts';
import { RecordRefusals } from './record-refusals.interceptor.ts';

/** A leaf: every room may write to it, it knows none of them. */
@Module({
  controllers: [AuditController],
  providers: [
    AuditStore,
    AuditReaderStore,
    CheckChain,
    ExportEvents,
    { provide: APP_INTERCEPTOR, useClass: RecordRefusals },
  ],
  exports: [AuditStore],
})
export class AuditModule {}
