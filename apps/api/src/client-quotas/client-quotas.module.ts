import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { ChangeClientQuotas } from './change-client-quotas.ts';
import { ClientQuotaStore } from './client-quota.store.ts';
import { ClientQuotasController } from './client-quotas.controller.ts';
import { QuotaPrincipalStore } from './quota-principal.store.ts';

/** What single clients of a cluster may use. */
@Module({
  imports: [AuditModule, ClustersModule, HttpModule, ProvisioningModule],
  controllers: [ClientQuotasController],
  providers: [ClientQuotaStore, QuotaPrincipalStore, ChangeClientQuotas],
})
export class ClientQuotasModule {}
