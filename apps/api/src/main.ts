import { openControl } from '@weir/db/control';
import { openCells } from '@weir/provisioning/cells';
import { systemClock } from '@weir/runtime/clock';
import { EnvError } from '@weir/runtime/env';
import { createLogger } from '@weir/runtime/logger';
import { createShutdown } from '@weir/runtime/shutdown';
import { startTracing } from '@weir/runtime/tracing';
import { openRedis } from './platform/open-redis.ts';
import { type ApiSettings, readSettings } from './settings.ts';
import { startApi } from './start-api.ts';
import { startProblem } from './start-problem.ts';

const stopMsMax = 8_000;

const settingsOrExit = (): ApiSettings => {
  try {
    return readSettings(process.env);
  } catch (cause) {
    if (!(cause instanceof EnvError)) throw cause;
    console.error(cause.message);
    process.exit(1);
  }
};

const settings = settingsOrExit();
const logger = createLogger('api', settings.logLevel);
const shutdown = createShutdown(logger, stopMsMax, process);

const lost = (cause: unknown) => logger.warn({ err: cause }, 'traces cannot be sent; they are dropped');
shutdown.add('traces', await startTracing('api', process.env, lost));
const db = openControl({ url: settings.databaseUrl });
shutdown.add('control store', () => db.$disconnect());
const onIncident = (message: string, cause: unknown) => logger.warn({ err: cause }, message);
const cells = openCells({ url: settings.cellUrl, localSchema: settings.cellSchema, onIncident });
shutdown.add('cell stores', () => cells.close());
const redis = openRedis(settings.redisUrl, logger);
shutdown.add('redis', () => redis.disconnect());

try {
  const api = await startApi({ db, cells, redis, clock: systemClock, logger, settings });
  shutdown.add('http', () => api.close());
  logger.info({ url: api.url }, 'ready');
} catch (cause) {
  const problem = startProblem(cause, settings.host, settings.port) ?? 'the API could not start';
  logger.fatal({ err: cause }, problem);
  console.error(problem);
  await shutdown.run('failed start');
  process.exit(1);
}
