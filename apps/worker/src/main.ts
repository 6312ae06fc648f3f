import { openControl } from '@weir/db/control';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { createCells, localCellId } from '@weir/provisioning/cells';
import { systemClock } from '@weir/runtime/clock';
import { EnvError } from '@weir/runtime/env';
import { createLogger } from '@weir/runtime/logger';
import { serveHealth } from '@weir/runtime/serve-health';
import { createShutdown } from '@weir/runtime/shutdown';
import { WorkerMetrics } from './metrics.ts';

import { readSettings, type WorkerSettings } from './settings.ts';
import { startWorker } from './start-worker.ts';

const stopMsMax = 8_000;

const settingsOrExit = (): WorkerSettings => {
  try {
    return readSettings(process.env);
  } catch (cause) {
    if (!(cause instanceof EnvError)) throw cause;
    console.error(cause.message);
    process.exit(1);
  }
};

const settings = settingsOrExit();
const logger = createLogger('worker', settings.logLevel);
const shutdown = createShutdown(logger, stopMsMax, process);
const metrics = new WorkerMetrics();

const db = openControl({ url: settings.databaseUrl });
shutdown.add('control store', () => db.$disconnect());
const onIncident = (message: string, cause: unknown) => logger.warn({ err: cause }, message);
const cell = openPostgresMetadataStore({ url: settings.cellUrl, schema: settings.cellSchema, onIncident });
shutdown.add('cell store', () => cell.close());

const cells = createCells({ [localCellId]: cell });
const worker = startWorker({ db, cells, clock: systemClock, logger }, settings.redisUrl, metrics);
shutdown.add('queues', () => worker.close());
if (settings.port !== null)
  shutdown.add('health', await serveHealth(settings.host, settings.port, metrics.registry));
logger.info('ready');
