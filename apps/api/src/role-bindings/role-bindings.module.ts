import { Module } from '@nestjs/common';
import { ClustersModule } from '../clusters/clusters.module.ts';
import { EnvironmentsModule } from '../environments/environments.module.ts';
import { HttpModule } from '../http/http.module.ts';
import { ServiceAccountDirectoryModule } from '../service-accounts/service-account-directory.module.ts';
import { CreateRoleBinding } from './create-role-binding.ts';
import { DeleteRoleBinding } from './delete-role-binding.ts';
import { FindScope } from './find-scope.ts';
import { RoleBindingDirectoryModule } from './role-binding-directory.module.ts';
import { RoleBindingsController } from './role-bindings.controller.ts';

/** Who may do what. */
@Module({
  imports: [
    ClustersModule,
    EnvironmentsModule,
    HttpModule,
    RoleBindingDirectoryModule,
    ServiceAccountDirectoryModule,
  ],
  controllers: [RoleBindingsController],
  providers: [CreateRoleBinding, DeleteRoleBinding, FindScope],
})
export class RoleBindingsModule {}
