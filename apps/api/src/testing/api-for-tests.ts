import { migrateControl, openControl } from '@weir/db/control';
import { migrateCell } from '@weir/db/migrate-cell';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { type Cells, createCells, localCellId } from '@weir/provisioning/cells';
import { createLogger } from '@weir/runtime/logger';
import { createTestDatabase } from '@weir/testing/test-database';
import { inject } from 'vitest';
import { openRedis } from '../platform/open-redis.ts';
import type { Platform } from '../platform/tokens.ts';
import type { ApiSettings } from '../settings.ts';
import { startApi } from '../start-api.ts';
import { ApiClient } from './api-client.ts';

export interface TestApi {
  readonly platform: Platform;
  readonly cell: MetadataStore;
  /** Nobody is signed in. */
  readonly anonymous: ApiClient;
  /** A new person, signed up over HTTP, with the session cookie. */
  signUp(name?: string): Promise<ApiClient>;
  close(): Promise<void>;
}

export interface TestApiOptions {
  readonly settings?: Partial<ApiSettings>;
  /** Stands between the API and the cell's real store, to take it away. */
  readonly wrapCell?: (cell: MetadataStore) => MetadataStore;
  /** In place of the one cell that there is otherwise. */
  readonly makeCells?: (url: string, localSchema: string) => Cells;
}

const schema = 'cell_local';

/** Both stores, as their migrations make them. */
const migrated = {
  name: 'migrated',
  prepare: (url: string) => Promise.all([migrateControl(url), migrateCell(url, schema)]),
};

/** The API as it runs, on a real Postgres and a real Redis, on a free port. */
export const startTestApi = async (options: TestApiOptions = {}): Promise<TestApi> => {
  const database = await createTestDatabase(migrated);
  const logger = createLogger('api', 'silent');
  const db = openControl({ url: database.url });
  const cell = openPostgresMetadataStore({ url: database.url, schema, onIncident: () => undefined });
  const redisUrl = inject('redisUrl');
  const redis = openRedis(redisUrl, logger);
  const settings: ApiSettings = {
    host: '127.0.0.1',
    port: 0,
    consoleUrl: 'http://localhost:13000',
    publicUrl: 'http://localhost:14000',
    databaseUrl: database.url,
    cellUrl: database.url,
    cellSchema: schema,
    redisUrl,
    bootstrapEndpoint: 'localhost:19092',
    brokerAccess: { isTls: false, ca: null, domain: null },
    localRegion: { cloud: 'LOCAL', region: 'local' },
    dedicatedBrokers: 0,
    authSecret: 'a secret for tests that is long enough',
    proxySecret: null,
    metricsToken: null,
    outboxKey: null,
    // Where nobody answers, so that no test asks the world.
    dnsServers: ['127.0.0.1:9'],
    ssoAllowsLoopback: false,
    webhooksAllowLoopback: false,
    payments: null,
    issuedBy: ['Weir Ltd', '1 Canal Street'],
    logLevel: 'silent',
    ...options.settings,
  };
  const clock = { now: () => Date.now() };
  const cells =
    options.makeCells?.(database.url, schema) ??
    createCells({ [localCellId]: options.wrapCell?.(cell) ?? cell });
  const platform: Platform = { db, cells, redis, clock, logger, settings };
  const api = await startApi(platform);
  const anonymous = new ApiClient(api.url);
  return {
    platform,
    cell,
    anonymous,
    signUp: async (name = 'Ada') => {
      const email = `${crypto.randomUUID()}@example.com`;
      return anonymous.signUp({ name, email, password: 'correct horse battery' });
    },
    close: async () => {
      await api.close();
      redis.disconnect();
      await Promise.all([db.$disconnect(), cell.close()]);
      await database.drop();
    },
  };
};
