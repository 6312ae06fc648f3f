import { realpathSync } from 'node:fs';
import { localCaFile, openLocalAuthority } from '@weir/certificates/local-authority';
import { findFreePort } from '@weir/local-servers/free-port';
import { findRedisProgram } from '@weir/local-servers/redis-server';
import { EnvError } from '@weir/runtime/env';
import { brokerMemoryMbMin } from '@weir/runtime/memory-plan';
import { CellRows } from './driver/cell-rows.ts';
import { LocalDriver } from './driver/local-driver.ts';
import { bootstrapServers, brokerName, brokerProbe } from './launcher/broker-services.ts';
import { DataLock } from './launcher/data-lock.ts';
import { checkPortsFree } from './launcher/ports.ts';
import {
  type Addresses,
  brokerEnvironmentOf,
  furtherBroker,
  outboxKey,
  postgresService,
  productServices,
  redisService,
  stopGroups,
} from './launcher/services.ts';
import {
  brokerPorts,
  portsOf,
  prepareDataDirectory,
  readSettings,
  type Settings,
  StartError,
} from './launcher/settings.ts';
import { Steps } from './launcher/steps.ts';
import {
  bareUrl,
  cellAtStart,
  checkPostgresReachable,
  checkRedisReachable,
  migrateStores,
} from './launcher/stores.ts';
import { doNotWant, followWanted, wantBrokers } from './launcher/wanted-brokers.ts';
import { endOrphans, findOrphans } from './processes/orphans.ts';
import { Supervisor } from './processes/supervisor.ts';
import { root } from './root.ts';
import { runTurbo } from './setup/build.ts';
import { installDebianPackages } from './setup/debian-packages.ts';

// `npm start`: everything on one machine, in the foreground, until Ctrl-C.

const steps = new Steps(process.stdout);
// A terminal that was closed takes no more lines. Everything still stops in order, and goes on if it is to.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const startedMs = performance.now();
/** A second signal after this long means that somebody does not want to wait. */
const impatientMsMin = 1000;

async function takeDataDirectory(settings: Settings): Promise<DataLock> {
  prepareDataDirectory(settings);
  const { lock, left } = await DataLock.take(settings.dataDirectory);
  wantBrokers(settings.dataDirectory, startedIds(settings));
  const orphans = findOrphans(realpathSync(settings.dataDirectory), left);
  if (orphans.length > 0) {
    const name = `ending ${orphans.length} left processes`;
    await steps.run(name, () => endOrphans(orphans));
  }
  await checkPortsFree(portsOf(settings));
  if (settings.brokerDoors.tls.kind === 'local') await openLocalAuthority(settings.dataDirectory);
  return lock;
}

/** First of all, since nothing else is worth starting without them. */
async function reachGivenStores({ databaseUrl, redisUrl }: Settings): Promise<void> {
  if (databaseUrl !== null) await steps.run('reaching Postgres', () => checkPostgresReachable(databaseUrl));
  if (redisUrl === null) return;
  const warning = await steps.run('reaching Redis', () => checkRedisReachable(redisUrl));
  if (warning !== null) steps.say(warning);
}

async function providePostgres(
  settings: Settings,
  supervisor: Supervisor,
  signal: AbortSignal,
): Promise<string> {
  if (settings.databaseUrl !== null) return settings.databaseUrl;
  const { service, url } = postgresService(settings, await findFreePort(), signal);
  await steps.run('starting Postgres', () => supervisor.start(service));
  return url;
}

async function provideRedis(settings: Settings, supervisor: Supervisor): Promise<string> {
  if (settings.redisUrl !== null) return settings.redisUrl;
  if (findRedisProgram() === null) {
    await steps.run('installing Redis', () => installDebianPackages(['redis-server']));
  }
  const { service, url } = redisService(settings, await findFreePort());
  await steps.run('starting Redis', () => supervisor.start(service));
  return url;
}

interface Started {
  readonly supervisor: Supervisor;
  /** Null: it has not begun. */
  driver: LocalDriver | null;
}

/** Stops everything in order, once; a second signal does not wait for any of it. */
function stopOnSignals(
  settings: Settings,
  started: Started,
  lock: DataLock,
  starting: AbortController,
): () => Promise<void> {
  const { supervisor } = started;
  let stopping: Promise<void> | null = null;
  let stoppingSinceMs = 0;
  const stop = async () => {
    lock.stopping();
    starting.abort();
    steps.say('stopping …');
    await started.driver?.stop();
    await supervisor.stop(stopGroups(settings, started.driver?.names ?? []));
    lock.release();
    steps.say('stopped');
  };
  const onSignal = (code: number) => {
    if (stopping !== null) {
      // One Ctrl-C may arrive twice, from the terminal and from the parent.
      if (performance.now() - stoppingSinceMs < impatientMsMin) return;
      supervisor.killAll();
      process.exit(code);
    }
    stoppingSinceMs = performance.now();
    stopping = stop();
    stopping.then(() => process.exit(code), fail);
  };
  process.on('SIGINT', () => onSignal(0));
  process.on('SIGTERM', () => onSignal(0));
  process.on('SIGHUP', () => onSignal(0));
  // The parent is gone, so nobody could stop us any more.
  process.on('disconnect', () => stopping ?? onSignal(0));
  return () => (stopping ??= stop());
}

function fail(error: unknown): void {
  const isForReader = error instanceof StartError || error instanceof EnvError;
  const text = error instanceof Error ? (isForReader ? error.message : explained(error)) : String(error);
  process.stderr.write(`\n${text}\n`);
  process.exit(1);
}

/** The messages of an error and its causes: what happened and why, without stacks. */
function explained(error: Error): string {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  return messages.join('\n  because: ');
}

async function start(): Promise<void> {
  const settings = readSettings(process.env, root);
  await reachGivenStores(settings);
  const lock = await takeDataDirectory(settings);
  const starting = new AbortController();
  const supervisor = new Supervisor({
    say: (line) => steps.say(line),
    changed: (running) => lock.remember(running),
  });
  const started: Started = { supervisor, driver: null };
  const stop = stopOnSignals(settings, started, lock, starting);
  try {
    const [databaseUrl, redisUrl] = await Promise.all([
      providePostgres(settings, supervisor, starting.signal),
      provideRedis(settings, supervisor),
      steps.run('building', () => runTurbo('build', { signal: starting.signal })),
    ]);
    await steps.run(
      'migrating',
      () => migrateStores(databaseUrl),
      (applied) => (applied === 0 ? null : `${applied} applied`),
    );
    started.driver = await driveFurtherCells(settings, { databaseUrl, redisUrl }, supervisor);
    const services = productServices(
      settings,
      { databaseUrl, redisUrl },
      settings.workerPort ?? (await findFreePort()),
    );
    await Promise.all(
      services.map((service) => steps.run(`starting ${service.name}`, () => supervisor.start(service))),
    );
    await sayWhatIsLeft(settings, databaseUrl);
    followWantedBrokers(settings, { databaseUrl, redisUrl }, supervisor);
  } catch (error) {
    await stop();
    throw error;
  }
  sayReady(settings);
}

/** Brokers of further cells run from here on, as the control store says. */
async function driveFurtherCells(
  settings: Settings,
  addresses: Addresses,
  supervisor: Supervisor,
): Promise<LocalDriver> {
  const { databaseUrl } = addresses;
  const { dataDirectory, dedicatedPort: firstPort, sharedCells } = settings;
  const rows = new CellRows(databaseUrl);
  await rows.wantShared(sharedCells - 1);
  const driver = new LocalDriver({
    rows,
    supervisor,
    databaseUrl: bareUrl(databaseUrl),
    dataDirectory,
    firstPort,
    memoryMb: brokerMemoryMbMin,
    probe: brokerProbe(settings),
    env: brokerEnvironmentOf(settings, addresses),
    say: (line) => steps.say(line),
  });
  driver.start();
  return driver;
}

/** How many replicas a new topic gets, if there are that many brokers. */
const replicasUsual = 3;

/** Of what an earlier start has run. */
async function sayWhatIsLeft({ brokers }: Settings, databaseUrl: string): Promise<void> {
  const replicas = Math.min(brokers, replicasUsual);
  const { away, cordoned, thin } = await cellAtStart(databaseUrl, brokers, replicas);
  if (away.length > 0) {
    const [names, they] =
      away.length === 1 ? [`broker ${away[0]}`, 'it holds'] : [`brokers ${away.join(', ')}`, 'they hold'];
    steps.say(
      `! the cell knows ${names} too: until you start with WEIR_BROKERS=${Math.max(...away)}, what only ${they} is away, and what needs more replicas in sync takes no writes`,
    );
  }
  for (const brokerId of cordoned)
    steps.say(
      `! broker ${brokerId} was removed from the cell: npm run cell -- add ${brokerId} takes it back`,
    );
  if (thin > 0) {
    steps.say(
      `! ${thin} partitions have fewer replicas than new ones get: npm run cell -- rebalance --replication-factor ${replicas}`,
    );
  }
}

/** Brokers come and go while the cell serves, as `npm run cell` asks for it. */
function followWantedBrokers(settings: Settings, addresses: Addresses, supervisor: Supervisor): void {
  const running = new Set(startedIds(settings));
  followWanted(settings.dataDirectory, async (wanted) => {
    for (const brokerId of wanted.filter((id) => !running.has(id))) {
      steps.say(`broker ${brokerId} joins the cell`);
      try {
        await supervisor.start(furtherBroker(settings, addresses, brokerId));
        running.add(brokerId);
      } catch (error) {
        steps.say(`! broker ${brokerId} did not start: ${error instanceof Error ? error.message : error}`);
        await supervisor.end(brokerName(brokerId, settings.brokers));
        // Whoever asked sees that it is given up, and may ask again.
        doNotWant(settings.dataDirectory, brokerId);
      }
    }
    for (const brokerId of [...running].filter((id) => !wanted.includes(id))) {
      steps.say(`broker ${brokerId} leaves the cell`);
      await supervisor.end(brokerName(brokerId, settings.brokers));
      running.delete(brokerId);
    }
  });
}

const startedIds = (settings: Settings) => brokerPorts(settings).map((_, index) => index + 1);

/** The key stands behind the #, so that it is in no server's log. */
function sayWhereMailGoes(settings: Settings): void {
  const { consoleUrl, mail } = settings;
  if (mail === 'shown here') {
    steps.say('');
    steps.say(`no mail server (SMTP_URL), so mail is shown at ${consoleUrl}/outbox#${outboxKey(settings)}`);
  }
  if (mail === 'kept') steps.say(`! no mail server: set SMTP_URL, or nobody gets the mail that Weir writes`);
  if (mail === 'sent') steps.say(`mail is sent by SMTP_URL; its links lead to ${consoleUrl}`);
}

function sayReady(settings: Settings): void {
  const { apiPort, brokers, consolePort } = settings;
  sayWhereMailGoes(settings);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  steps.say('');
  if (brokers > 1) {
    steps.say(
      `${brokers} brokers, each as if on a machine of its own; they are all on this one, and gone if it is`,
    );
  }
  if (settings.brokerDoors.tls.kind === 'local')
    steps.say(`Kafka clients come by TLS, and trust ${localCaFile(settings.dataDirectory)}`);
  steps.say(
    `data in ${settings.dataDirectory}, logs in ${settings.dataDirectory}/logs; ready after ${seconds} s`,
  );
  steps.say(
    `weir ready: console http://localhost:${consolePort}  api http://localhost:${apiPort}  kafka ${bootstrapServers(settings)}`,
  );
}

start().catch(fail);
