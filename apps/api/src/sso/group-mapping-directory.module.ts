import { Module } from '@nestjs/common';
import { RoleBindingDirectoryModule } from '../role-bindings/role-binding-directory.module.ts';
import { GroupMappingStore } from './group-mapping.store.ts';

/** The part of this room that membership stands on. */
@Module({
  imports: [RoleBindingDirectoryModule],
  providers: [GroupMappingStore],
  exports: [GroupMappingStore],
})
export class GroupMappingDirectoryModule {}
