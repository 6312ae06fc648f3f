import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { ServiceAccountDirectoryModule } from '../service-accounts/service-account-directory.module.ts';
import { ApiKeyStore } from './api-key.store.ts';
import { ApiKeySecretStore } from './api-key-secret.store.ts';
import { ApiKeySecretsController } from './api-key-secrets.controller.ts';
import { ApiKeysController } from './api-keys.controller.ts';
import { CreateApiKey } from './create-api-key.ts';
import { CreateApiKeySecret } from './create-api-key-secret.ts';
import { MakeSecret } from './make-secret.ts';
import { ReportSecrets } from './report-secrets.ts';
import { RetireApiKeySecret } from './retire-api-key-secret.ts';
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
  controllers: [ApiKeysController, ApiKeySecretsController],
  providers: [
    ApiKeyStore,
    ApiKeySecretStore,
    MakeSecret,
    CreateApiKey,
    UpdateApiKey,
    RevokeApiKey,
    CreateApiKeySecret,
    RetireApiKeySecret,
    ReportSecrets,
  ],
  exports: [RevokeApiKey],
})
export class ApiKeysModule {}
