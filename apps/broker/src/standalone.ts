import { resolve } from 'node:path';
import { startBroker } from '@weir/broker/broker';
import { StartProblem } from '@weir/broker/cluster/broker-life';
import type { Deps, Log } from '@weir/broker/deps';
import { noUsage } from '@weir/broker/metering/no-usage';
import { descriptorLimit, openFilesWithin } from '@weir/broker/node-deps/descriptors';
import { nodeClock } from '@weir/broker/node-deps/node-clock';
import { createNodeDisk } from '@weir/broker/node-deps/node-disk';
import { nodeHeap } from '@weir/broker/node-deps/node-heap';
import { nodeNetwork } from '@weir/broker/node-deps/node-network';
import { nodeRandom } from '@weir/broker/node-deps/node-random';
import { createNodeWorkers } from '@weir/broker/node-deps/node-workers';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { ClusterRecord } from '@weir/metadata-store/model';
import { lockDataDir } from './data-dir-lock.ts';
import { JournalFile } from './journal-file.ts';
import { listenProblem } from './listen-problem.ts';
import { parseOptions, usage } from './standalone-options.ts';

const clusterId = 'lkc-standalone';
const host = '127.0.0.1';

/** Whoever runs a broker for himself is not limited by what he bought. */
const cluster: ClusterRecord = {
  id: clusterId,
  autoCreateTopics: true,
  intentVersion: 1,
  limits: {
    ingressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
    egressBytesPerSecMax: Number.MAX_SAFE_INTEGER,
    requestsPerSecMax: Number.MAX_SAFE_INTEGER,
    connectionsMax: 10_000,
    partitionsMax: 100_000,
    groupsMax: 100_000,
    aclsMax: 1_000,
    messageBytesMax: 100 * 1024 * 1024,
    storedBytesMax: Number.MAX_SAFE_INTEGER,
  },
};

/** Plain lines on stderr, and only what a person would want to see. */
const log: Log = {
  info(event, fields) {
    if (event === 'log.tail.cut' || event === 'broker.stopped') line(event, fields);
  },
  warn: (event, fields, cause) => line(event, fields, cause),
  error: (event, fields, cause) => line(event, fields, cause),
};

function line(event: string, fields: object = {}, cause?: unknown): void {
  const reason = cause === undefined ? '' : ` (${cause instanceof Error ? cause.message : String(cause)})`;
  process.stderr.write(`${event} ${JSON.stringify(fields)}${reason}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const options = parseOptions(process.argv.slice(2), process.env);
if (options === 'help') {
  process.stdout.write(usage);
  process.exit(0);
}
if ('problem' in options) fail(`${options.problem}\n\n${usage}`);

const dataDir = resolve(options.dataDir);
const lock = lockDataDir(dataDir);
if (!lock.ok) fail(lock.problem);
if (lock.warning !== null) process.stderr.write(`${lock.warning}\n`);
const journal = new JournalFile(`${dataDir}/metadata.jsonl`);
const metadata = createMemoryMetadataStore({ journal });
const deps: Deps = {
  clock: nodeClock,
  disk: createNodeDisk(`${dataDir}/logs`),
  network: nodeNetwork,
  peerNetwork: nodeNetwork,
  metadata,
  random: nodeRandom,
  // Nobody is billed: the counters end here.
  usage: noUsage,
  log,
  workers: createNodeWorkers(),
  heap: nodeHeap,
};

try {
  await metadata.applyCluster(cluster);
  const broker = await startBroker(deps, {
    brokerId: 1,
    listenHost: host,
    listenPort: options.port,
    advertisedHost: host,
    advertisedPort: null,
    durability: options.flush === 'group' ? 'fsync' : 'os',
    anonymousClusterId: clusterId,
    directoryPlace: lock.place,
    // `npm run broker` comes here in a process whose threads have long been started: as many reads as four allow.
    bounds: { openFilesMax: openFilesWithin(descriptorLimit()) },
  });
  process.stdout.write(`weir broker ready on ${host}:${broker.port}, data in ${dataDir}\n`);
  const stop = () => {
    broker
      .stop()
      .then(() => metadata.close())
      .then(() => journal.close())
      .then(
        () => {
          lock.release();
          process.exit(0);
        },
        (cause: unknown) => fail(`The broker could not stop cleanly: ${String(cause)}`),
      );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
} catch (cause) {
  fail(
    (cause instanceof StartProblem ? cause.message : listenProblem(cause, host, options.port, '--port')) ??
      `The broker could not start: ${describe(cause)}`,
  );
}

function describe(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
