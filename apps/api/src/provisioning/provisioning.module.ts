import { Module } from '@nestjs/common';
import { ApplyNow } from './apply-now.ts';

@Module({ providers: [ApplyNow], exports: [ApplyNow] })
export class ProvisioningModule {}
