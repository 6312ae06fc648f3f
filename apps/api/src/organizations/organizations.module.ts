import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { RenameOrganization } from './rename-organization.ts';
import { TenancyModule } from './tenancy.module.ts';

@Module({
  imports: [TenancyModule, AuditModule],
  controllers: [OrganizationsController],
  providers: [RenameOrganization],
})
export class OrganizationsModule {}
