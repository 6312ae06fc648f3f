import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { EnvironmentsModule } from '../environments/environments.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { ClusterStore } from './cluster.store.ts';
import { ClustersController } from './clusters.controller.ts';
import { CreateCluster } from './create-cluster.ts';
import { DeleteCluster } from './delete-cluster.ts';
import { ReachedLimitStore } from './reached-limit.store.ts';
import { UpdateCluster } from './update-cluster.ts';

@Module({
  imports: [AuditModule, EnvironmentsModule, HttpModule, ProvisioningModule, QuotasModule],
  controllers: [ClustersController],
  providers: [ClusterStore, ReachedLimitStore, CreateCluster, UpdateCluster, DeleteCluster],
  exports: [ClusterStore],
})
export class ClustersModule {}
