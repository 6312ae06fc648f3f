import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { CreateEnvironment } from './create-environment.ts';
import { DeleteEnvironment } from './delete-environment.ts';
import { EnvironmentStore } from './environment.store.ts';
import { EnvironmentsController } from './environments.controller.ts';
import { RenameEnvironment } from './rename-environment.ts';

@Module({
  imports: [AuditModule, HttpModule, QuotasModule, RoleBindingDirectoryModule],
  controllers: [EnvironmentsController],
  providers: [EnvironmentStore, CreateEnvironment, RenameEnvironment, DeleteEnvironment],
  exports: [EnvironmentStore],
})
export class EnvironmentsModule {}
