import { Module } from '@nestjs/common';
import { ServiceAccountStore } from './service-account.store.ts';

/** Who the service accounts are, for rooms below this one; the routes are in service-accounts.module.ts. */
@Module({ providers: [ServiceAccountStore], exports: [ServiceAccountStore] })
export class ServiceAccountDirectoryModule {}
