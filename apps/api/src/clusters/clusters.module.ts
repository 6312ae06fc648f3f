import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { DryRunCosts } from '../billing/dry-run-costs.ts';
import { EnvironmentsModule } from '../environments/environments.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { ClusterStore } from './cluster.store.ts';
import { ClusterCellStore } from './cluster-cell.store.ts';
import { ClustersController } from './clusters.controller.ts';
import { CreateCluster } from './create-cluster.ts';
import { DeleteCluster } from './delete-cluster.ts';
import { DeletedClusterStore } from './deleted-cluster.store.ts';
import { DeletedClustersController } from './deleted-clusters.controller.ts';
import { ReachedLimitStore } from './reached-limit.store.ts';
import { RegionsController } from './regions.controller.ts';
import { RestoreCluster } from './restore-cluster.ts';
import { UpdateCluster } from './update-cluster.ts';

@Module({
  imports: [
    AuditModule,
    EnvironmentsModule,
    HttpModule,
    ProvisioningModule,
    QuotasModule,
    RoleBindingDirectoryModule,
  ],
  controllers: [ClustersController, DeletedClustersController, RegionsController],
  providers: [
    DryRunCosts,
    ClusterStore,
    ClusterCellStore,
    DeletedClusterStore,
    ReachedLimitStore,
    CreateCluster,
    UpdateCluster,
    DeleteCluster,
    RestoreCluster,
  ],
  exports: [ClusterStore],
})
export class ClustersModule {}
