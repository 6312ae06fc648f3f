import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { CreateServiceAccount } from './create-service-account.ts';
import { DeleteServiceAccount } from './delete-service-account.ts';
import { ServiceAccountDirectoryModule } from './service-account-directory.module.ts';
import { ServiceAccountsController } from './service-accounts.controller.ts';
import { UpdateServiceAccount } from './update-service-account.ts';

@Module({
  imports: [
    ApiKeysModule,
    AuditModule,
    HttpModule,
    QuotasModule,
    RoleBindingDirectoryModule,
    ServiceAccountDirectoryModule,
  ],
  controllers: [ServiceAccountsController],
  providers: [CreateServiceAccount, UpdateServiceAccount, DeleteServiceAccount],
})
export class ServiceAccountsModule {}
