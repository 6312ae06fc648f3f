import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { KafkaModule } from '../kafka/kafka.module.ts';
import { AclsController } from './acls.controller.ts';
import { ChangeAcls } from './change-acls.ts';

@Module({ imports: [AuditModule, KafkaModule], controllers: [AclsController], providers: [ChangeAcls] })
export class AclsModule {}
