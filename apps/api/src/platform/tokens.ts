import type { ControlDb } from '@weir/db/control';
import type { Cells } from '@weir/provisioning/cells';
import type { Clock } from '@weir/runtime/clock';
import type { Logger } from '@weir/runtime/logger';
import type { Redis } from 'ioredis';
import type { ApiSettings } from '../settings.ts';

// What the rooms are given from outside. Interfaces leave nothing at run time to inject by, hence symbols.
export const CONTROL_DB = Symbol('CONTROL_DB');
export const CELLS = Symbol('CELLS');
export const REDIS = Symbol('REDIS');
export const CLOCK = Symbol('CLOCK');
export const LOGGER = Symbol('LOGGER');
export const SETTINGS = Symbol('SETTINGS');

/** Opened by whoever starts the API, and closed by it. */
export interface Platform {
  readonly db: ControlDb;
  readonly cells: Cells;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: ApiSettings;
}
