import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { ProvisioningModule } from '../provisioning/provisioning.module.ts';
import { QuotasModule } from '../quotas/quotas.module.ts';
import { BindRoles } from './bind-roles.ts';
import { RoleBindingStore } from './role-binding.store.ts';

/** The part of this room that authentication stands on, and every room whose objects take bindings with them. */
@Module({
  imports: [AuditModule, ProvisioningModule, QuotasModule],
  providers: [BindRoles, RoleBindingStore],
  exports: [BindRoles, RoleBindingStore],
})
export class RoleBindingDirectoryModule {}
