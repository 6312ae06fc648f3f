import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { RecordsModule } from '../records/records.module.ts';
import { ServiceAccountDirectoryModule } from '../service-accounts/service-account-directory.module.ts';
import { AuditDeliveryController } from './audit-delivery.controller.ts';
import { AuditDeliveryStore } from './audit-delivery.store.ts';
import { ChangeAuditDelivery } from './change-audit-delivery.ts';
import { TryTopic } from './try-topic.ts';

/** To which topic the audit log goes on. The worker delivers it. */
@Module({
  imports: [AuditModule, KafkaModule, RecordsModule, ServiceAccountDirectoryModule],
  controllers: [AuditDeliveryController],
  providers: [AuditDeliveryStore, ChangeAuditDelivery, TryTopic],
})
export class AuditDeliveryModule {}
