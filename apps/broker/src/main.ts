import { resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { type Broker, startBroker, type WaitingBroker } from '@weir/broker/broker';
import { catchUpBytesPerSecMax } from '@weir/broker/cell-limits';
import { StartEnded, StartProblem } from '@weir/broker/cluster/broker-life';
import type { Deps, Tokens } from '@weir/broker/deps';
import { notReadySamples } from '@weir/broker/metrics';
import { clientTlsNetwork } from '@weir/broker/node-deps/client-tls-network';
import { descriptorLimit, openFilesWithin } from '@weir/broker/node-deps/descriptors';
import { nodeClock } from '@weir/broker/node-deps/node-clock';
import { createNodeDisk } from '@weir/broker/node-deps/node-disk';
import { nodeHeap } from '@weir/broker/node-deps/node-heap';
import { nodeNetwork } from '@weir/broker/node-deps/node-network';
import { nodeRandom } from '@weir/broker/node-deps/node-random';
import { createNodeWorkers } from '@weir/broker/node-deps/node-workers';
import { mutualTlsNetwork } from '@weir/broker/node-deps/tls-network';
import { limitedLog } from '@weir/broker/server/limited-log';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { brokerDoorEnv, brokerDoors } from '@weir/runtime/broker-doors';
import { choice, EnvError, parseEnv, port, postgresUrl, redisUrl, text, whole } from '@weir/runtime/env';
import { createLogger } from '@weir/runtime/logger';
import { brokerMemoryMb, brokerMemoryMbMin, machineMemoryMb, planMemory } from '@weir/runtime/memory-plan';
import { programVersion } from '@weir/runtime/program-version';
import { serveHealth } from '@weir/runtime/serve-health';
import { createShutdown } from '@weir/runtime/shutdown';
import { brokerFigures } from './broker-figures.ts';
import { openClientTls } from './client-tls.ts';
import { lockDataDir, machineBoot } from './data-dir-lock.ts';
import { engineLog } from './engine-log.ts';
import { heapLimitProblem } from './heap-limit.ts';
import { listenProblem } from './listen-problem.ts';
import { peerListener } from './peer-listener.ts';
import { peerTlsFiles, readPeerTls } from './peer-tls.ts';
import { type TokenIssuerSettings, tokenIssuer } from './token-settings.ts';
import { UsageSender } from './usage-sender.ts';
import { keptOf, UsageSpool } from './usage-spool.ts';

/** Time for running requests, the last usage window and the logs to be finished. */
const stopTimeoutMs = 8_000;

const shape = {
  WEIR_BROKER_ID: whole({ min: 1, max: 1_000_000, fallback: 1 }),
  WEIR_BROKER_PORT: port(9092),
  WEIR_BROKER_HOST: text('localhost'),
  ...brokerDoorEnv,
  WEIR_BROKER_PEER_PORT: whole({ min: 0, max: 65_535, fallback: 0, right: 'a port, or 0 for none' }),
  WEIR_BROKER_PEER_LISTEN_HOST: text(''),
  WEIR_BROKER_PEER_PLAIN: choice(['', '1'], ''),
  WEIR_BROKER_PEER_TLS_CERT: text(''),
  WEIR_BROKER_PEER_TLS_KEY: text(''),
  WEIR_BROKER_PEER_TLS_CA: text(''),
  WEIR_OAUTH_ISSUER: text(''),
  WEIR_OAUTH_JWKS_URL: text(''),
  WEIR_BROKER_RACK: text(''),
  WEIR_BROKER_MACHINE: text(''),
  WEIR_CELL_BROKERS: whole({ min: 1, max: 1000, fallback: 1 }),
  WEIR_ACCEPT_OLDER_STORE: choice(['', '1'], ''),
  WEIR_BROKER_FLUSH: choice(['group', 'os'], 'group'),
  WEIR_DATA_DIR: text('.weir'),
  WEIR_CELL_SCHEMA: text('cell_local'),
  CELL_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  WEIR_BROKER_METRICS_PORT: whole({ min: 0, max: 65_535, fallback: 0, right: 'a port, or 0 for none' }),
  WEIR_BROKER_MEMORY_MB: whole({
    min: brokerMemoryMbMin,
    max: 1_048_576,
    fallback: brokerMemoryMb(machineMemoryMb()),
  }),
  WEIR_BROKER_CATCH_UP_MB_PER_SEC: whole({
    min: 1,
    max: 100_000,
    fallback: catchUpBytesPerSecMax / 2 ** 20,
  }),
  // libuv's own: how many threads there are for the disk, as whoever started this process has told it.
  UV_THREADPOOL_SIZE: whole({ min: 2, max: 128, fallback: 4 }),
};

const tokensOf = (values: { WEIR_OAUTH_ISSUER: string; WEIR_OAUTH_JWKS_URL: string }) =>
  tokenIssuer(values.WEIR_OAUTH_ISSUER, values.WEIR_OAUTH_JWKS_URL);

function readSettings() {
  try {
    const values = parseEnv(shape, process.env);
    const peers = peerListener({
      listenHost: values.WEIR_BROKER_PEER_LISTEN_HOST || values.WEIR_BROKER_LISTEN_HOST,
      advertisedHost: values.WEIR_BROKER_HOST,
      port: values.WEIR_BROKER_PORT,
      peerPort: values.WEIR_BROKER_PEER_PORT,
    });
    const peerTls = peerTlsFiles(
      {
        cert: values.WEIR_BROKER_PEER_TLS_CERT,
        key: values.WEIR_BROKER_PEER_TLS_KEY,
        ca: values.WEIR_BROKER_PEER_TLS_CA,
      },
      { listenHost: peers?.listenHost ?? null, isPlainAccepted: values.WEIR_BROKER_PEER_PLAIN === '1' },
    );
    return { ...values, peers, peerTls, doors: brokerDoors(values), tokens: tokensOf(values) };
  } catch (cause) {
    if (!(cause instanceof EnvError)) throw cause;
    process.stderr.write(`${cause.message}\n`);
    process.exit(1);
  }
}

const settings = readSettings();
const logger = createLogger(`broker-${settings.WEIR_BROKER_ID}`);
const memory = planMemory(settings.WEIR_BROKER_MEMORY_MB);
const heapProblem = heapLimitProblem(memory, getHeapStatistics().heap_size_limit);
if (heapProblem === null) logger.info(memory, 'memory.planned');
else logger.warn(memory, heapProblem);
const shutdown = createShutdown(logger, stopTimeoutMs, process);
const dataDir = resolve(settings.WEIR_DATA_DIR, `broker-${settings.WEIR_BROKER_ID}`);
const lock = lockDataDir(dataDir);
if (!lock.ok) {
  process.stderr.write(`${lock.problem}\n`);
  process.exit(1);
}
if (lock.warning !== null) logger.warn(lock.warning);
shutdown.add('lock', () => lock.release());

/** Certificates of one kind, for as long as the broker runs. */
async function openCertificates<Tls extends { stop(): Promise<void> } | null>(
  name: string,
  open: () => Tls | Promise<Tls>,
): Promise<Tls> {
  try {
    const tls = await open();
    if (tls !== null) shutdown.add(name, () => tls.stop());
    return tls;
  } catch (cause) {
    if (!(cause instanceof EnvError)) throw cause;
    process.stderr.write(`${cause.message}\n`);
    process.exit(1);
  }
}

/** Nobody waits for its keys: until they are there its tokens are refused. */
async function believe(issuer: TokenIssuerSettings): Promise<Tokens> {
  // Brokers are to start quickly, and most need none of it.
  const { TokenIssuer } = await import('./token-issuer.ts');
  const tokens = new TokenIssuer(issuer, logger);
  shutdown.add('tokens', () => tokens.stop());
  void tokens.refresh();
  return tokens;
}

const metadata = openPostgresMetadataStore({
  url: settings.CELL_DATABASE_URL,
  schema: settings.WEIR_CELL_SCHEMA,
  onIncident: (message, cause) => logger.warn({ err: cause }, message),
});
shutdown.add('metadata store', () => metadata.close());
const spool = new UsageSpool(`${dataDir}/usage`);
const sender = new UsageSender(spool, settings.REDIS_URL, logger);
shutdown.add('usage', () => sender.stop());
const { peerTls: peerFiles, doors } = settings;
const peerTls = await openCertificates('certificates', () =>
  peerFiles === null ? null : readPeerTls(peerFiles, logger),
);
const clientTls = await openCertificates("clients' certificate", () =>
  openClientTls(
    doors.tls,
    {
      dataDirectory: resolve(settings.WEIR_DATA_DIR),
      advertisedHost: settings.WEIR_BROKER_HOST,
      listenHost: settings.WEIR_BROKER_LISTEN_HOST,
      domain: doors.domain,
    },
    logger,
  ),
);
const tokens = settings.tokens === null ? undefined : await believe(settings.tokens);
const log = engineLog(logger);
const strangersLog = limitedLog(log, nodeClock);
const deps: Deps = {
  clock: nodeClock,
  disk: createNodeDisk(`${dataDir}/logs`),
  network:
    clientTls === null ? nodeNetwork : clientTlsNetwork(clientTls, { clock: nodeClock, log: strangersLog }),
  peerNetwork: peerTls === null ? nodeNetwork : mutualTlsNetwork(peerTls),
  metadata,
  random: nodeRandom,
  usage: {
    countedBefore: async () => spool.uncounted(),
    async report(report) {
      await spool.put(keptOf(report));
      sender.wake();
    },
    hold: (report) => spool.hold(keptOf(report)),
  },
  log,
  workers: createNodeWorkers(),
  heap: nodeHeap,
  tokens,
};

const metricsHost = '127.0.0.1';

/** Why the port for figures cannot be had, to be told as it is. */
class PortProblem extends Error {
  override readonly name = 'PortProblem';
}

/** What answers clients at present, and whether that is the broker itself. */
const present: { broker: Pick<Broker | WaitingBroker, 'samples' | 'stop'> | null; isReady: boolean } = {
  broker: null,
  isReady: false,
};

/** On loopback: who may read them from elsewhere is for whoever collects them here to say. */
async function serveFigures(): Promise<void> {
  const metricsPort = settings.WEIR_BROKER_METRICS_PORT;
  if (metricsPort === 0) return;
  try {
    const figures = brokerFigures(() => present.broker?.samples() ?? notReadySamples());
    const stop = await serveHealth(metricsHost, metricsPort, {
      ...{ figures, logger },
      isReady: () => present.isReady,
    });
    shutdown.add('figures', stop);
  } catch (cause) {
    const problem = listenProblem(cause, metricsHost, metricsPort, 'WEIR_BROKER_METRICS_PORT');
    throw problem === null ? cause : new PortProblem(problem, { cause });
  }
}

function brokerPortProblem(cause: unknown): string | null {
  const { WEIR_BROKER_LISTEN_HOST: host, WEIR_BROKER_PORT: brokerPort, peers } = settings;
  const refusedPort = cause instanceof Error && 'port' in cause ? cause.port : null;
  if (peers !== null && refusedPort === peers.listenPort) {
    return listenProblem(cause, peers.listenHost, peers.listenPort, 'WEIR_BROKER_PEER_PORT');
  }
  return listenProblem(cause, host, brokerPort, 'WEIR_BROKER_PORT');
}

/** For good, with what was accepted on disk: whoever watches over it hears by the exit code that it was no wish. */
async function endAs(problem: string): Promise<void> {
  logger.fatal(problem);
  process.exitCode = 1;
  await shutdown.run('replaced');
  process.exit(1);
}

try {
  const adopted = await spool.adopt();
  if (adopted === 'unreadable') logger.warn({ dir: `${dataDir}/usage` }, 'usage.unreadable');
  await serveFigures();
  shutdown.add('broker', () => present.broker?.stop());
  present.broker = await startBroker(deps, {
    brokerId: settings.WEIR_BROKER_ID,
    listenHost: settings.WEIR_BROKER_LISTEN_HOST,
    listenPort: settings.WEIR_BROKER_PORT,
    advertisedHost: settings.WEIR_BROKER_HOST,
    advertisedPort: null,
    clientDomain: doors.domain,
    peers: settings.peers,
    rack: settings.WEIR_BROKER_RACK || null,
    machine: settings.WEIR_BROKER_MACHINE || null,
    programVersion: programVersion(import.meta.dirname),
    cellBrokers: settings.WEIR_CELL_BROKERS,
    durability: settings.WEIR_BROKER_FLUSH === 'group' ? 'fsync' : 'os',
    anonymousClusterId: null,
    directoryPlace: lock.place,
    machineBoot: machineBoot(),
    cellName: settings.WEIR_CELL_SCHEMA,
    onWaiting: (waiting) => {
      present.broker = waiting;
    },
    isOlderStoreAccepted: settings.WEIR_ACCEPT_OLDER_STORE === '1',
    onReplaced: (problem) => void endAs(`This broker ends: ${problem}.`),
    bounds: {
      openFilesMax: openFilesWithin(descriptorLimit()),
      coldReadsMax: Math.floor(settings.UV_THREADPOOL_SIZE / 2),
      catchUpBytesPerSecMax: settings.WEIR_BROKER_CATCH_UP_MB_PER_SEC * 2 ** 20,
    },
  });
  present.isReady = true;
  sender.start();
} catch (cause) {
  await end(cause);
}

async function end(cause: unknown): Promise<void> {
  // Whoever has stopped it is about to end the process.
  if (cause instanceof StartEnded) return;
  const isKnown = cause instanceof PortProblem || cause instanceof StartProblem;
  const problem = isKnown ? cause.message : brokerPortProblem(cause);
  logger.fatal({ err: cause }, problem ?? 'the broker could not start');
  process.exitCode = 1;
  await shutdown.run('failed start');
  process.exit(1);
}
