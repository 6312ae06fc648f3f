import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { ServiceAccountDirectoryModule } from '../service-accounts/service-account-directory.module.ts';
import { ApiKeyStore } from './api-key.store.ts';
import { ApiKeysController } from './api-keys.controller.ts';
import { CreateApiKey } from './create-api-key.ts';
import { RevokeApiKey } from './revoke-api-key.ts';
import { UpdateApiKey } from './update-api-key.ts';

@Module({
  imports: [
    AuditModule,
    ClustersModule,
    HttpModule,
    ProvisioningModule,
    QuotasModule,
    ServiceAccountDirectoryModule,
  ],
  controllers: [ApiKeysController],
  providers: [ApiKeyStore, CreateApiKey, UpdateApiKey, RevokeApiKey],
  exports: [RevokeApiKey],
})
export class ApiKeysModule {}
