import { openControl } from '@weir/db/control';
import { ActingCredentials } from '@weir/kafka-client/acting-credentials';
import { createFindTxtRecords } from '@weir/mail-domains/txt-records';
import { openProvider } from '@weir/payments/provider';
import { openCells } from '@weir/provisioning/cells';
import { systemClock } from '@weir/runtime/clock';
import { EnvError } from '@weir/runtime/env';
import { createGuardedFetch } from '@weir/runtime/guarded-fetch';
import { createLogger } from '@weir/runtime/logger';
import { serveHealth } from '@weir/runtime/serve-health';
import { createShutdown } from '@weir/runtime/shutdown';
import { startTracing } from '@weir/runtime/tracing';
import { localOutbox, type MailTransport, noMailServer, smtpTransport } from './mail/mail-transport.ts';
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

const lost = (cause: unknown) => logger.warn({ err: cause }, 'traces cannot be sent; they are dropped');
shutdown.add('traces', await startTracing('worker', process.env, lost));
const db = openControl({ url: settings.databaseUrl });
shutdown.add('control store', () => db.$disconnect());
const onIncident = (message: string, cause: unknown) => logger.warn({ err: cause }, message);
const cells = openCells({ url: settings.cellUrl, localSchema: settings.cellSchema, onIncident });
shutdown.add('cell stores', () => cells.close());

const transportOf = ({ mailFrom, outboxKey, smtpUrl }: WorkerSettings['mail']): MailTransport => {
  if (smtpUrl !== null) return smtpTransport(smtpUrl, mailFrom);
  return outboxKey === null ? noMailServer : localOutbox;
};
const { authSecret, mail: mailSettings } = settings;
const mail = { transport: transportOf(mailSettings), consoleUrl: mailSettings.consoleUrl, authSecret };
// A mail server that is away stops nothing: mail waits for it. Whoever started this should hear of it now.
mail.transport.check().catch((cause) => logger.error({ err: cause }, 'mail cannot be sent now; it waits'));
const { brokerHost, dnsServers, issuedBy, webhooksAllowLoopback: allowsLoopback } = settings;
const outside = createGuardedFetch({
  allowsLoopback,
  dnsServers,
  answerBytesMax: 16_384,
  answerMsMax: 10_000,
});
const payments =
  settings.payments === null
    ? null
    : { provider: openProvider(settings.payments), hasTax: settings.payments.hasTax };
const { bootstrapEndpoint, brokerAccess } = settings;
const credentials = new ActingCredentials(systemClock, logger);
const deps = {
  findTxtRecords: createFindTxtRecords(dnsServers),
  brokers: { credentials, bootstrapEndpoint, brokerAccess },
  db,
  cells,
  clock: systemClock,
  logger,
  metrics,
  mail,
  outside,
  payments,
  issuedBy,
  brokerHost,
};
const worker = startWorker(deps, settings.redisUrl, settings.usageKept);
shutdown.add('queues', () => worker.close());
if (settings.port !== null)
  shutdown.add(
    'health',
    await serveHealth(settings.host, settings.port, { figures: metrics.registry, logger }),
  );
logger.info('ready');
