import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Links } from './links.ts';
import { CELLS, CLOCK, CONTROL_DB, LOGGER, type Platform, REDIS, SETTINGS } from './tokens.ts';

/** The only global module: what lies outside the API, handed to every room that asks for it. */
@Global()
@Module({})
export class PlatformModule {}

export const platformModule = (platform: Platform): DynamicModule => {
  const providers = [
    { provide: CONTROL_DB, useValue: platform.db },
    { provide: CELLS, useValue: platform.cells },
    { provide: REDIS, useValue: platform.redis },
    { provide: CLOCK, useValue: platform.clock },
    { provide: LOGGER, useValue: platform.logger },
    { provide: SETTINGS, useValue: platform.settings },
    { provide: Links, useFactory: () => new Links(platform.settings.publicUrl) },
  ];
  return { module: PlatformModule, providers, exports: providers.map((provider) => provider.provide) };
};
