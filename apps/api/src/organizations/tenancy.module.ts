import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { EnsureTenancy } from './ensure-tenancy.ts';
import { OrganizationStore } from './organization.store.ts';

/** The part of this room that authentication stands on; the routes are in organizations.module.ts. */
@Module({
  imports: [AuditModule, RoleBindingDirectoryModule],
  providers: [EnsureTenancy, OrganizationStore],
  exports: [EnsureTenancy, OrganizationStore],
})
export class TenancyModule {}
