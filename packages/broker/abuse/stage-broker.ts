import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { startBroker } from '../src/broker.ts';
import type { Deps, Log, Network } from '../src/deps.ts';
import { noUsage } from '../src/metering/no-usage.ts';
import { clientTlsNetwork } from '../src/node-deps/client-tls-network.ts';
import { descriptorLimit, openFilesWithin } from '../src/node-deps/descriptors.ts';
import { nodeClock } from '../src/node-deps/node-clock.ts';
import { createNodeDisk } from '../src/node-deps/node-disk.ts';
import { nodeHeap } from '../src/node-deps/node-heap.ts';
import { nodeNetwork } from '../src/node-deps/node-network.ts';
import { nodeRandom } from '../src/node-deps/node-random.ts';
import { createNodeWorkers } from '../src/node-deps/node-workers.ts';
import { limitedLog } from '../src/server/limited-log.ts';
import { tlsVariable } from './client.ts';
import type { BrokerOrder, BrokerWord, Effort, Memory } from './messages.ts';
import { StageJournal } from './stage-journal.ts';
import { addTenants, bareId, ownerIds, victimId } from './tenants.ts';

// The broker of the campaign: composed as the product composes it, but for the store of its cell, which lies
// in this process. Arguments: the data directory, and the port (0: the system chooses).

const [, , dataDir = '', portText = '0'] = process.argv;

function say(word: BrokerWord): void {
  process.send?.(word);
}

const log: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: (event, fields, cause) => {
    const reason = cause instanceof Error ? ` ${cause.stack ?? cause.message}` : '';
    say({ kind: 'complaint', complaint: { event, fields: `${JSON.stringify(fields ?? {})}${reason}` } });
  },
};

/** After a full collection, for which the process was started with --expose-gc. */
function memory(): Memory {
  // Twice: what finalizers let go of is collected the second time.
  for (let round = 0; round < 2; round += 1) globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, bufferBytes: arrayBuffers, residentBytes: rss };
}

const sampleMs = 5;
let cpuMs = 0;
let windowCpuMs = 0;
let windowBeganMs = performance.now();
let stretchMsMax = 0;

/** Of this thread, milliseconds of processor time. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

setInterval(() => {
  const now = threadCpuMs();
  stretchMsMax = Math.max(stretchMsMax, now - cpuMs);
  cpuMs = now;
}, sampleMs);

function beginWindow(): void {
  cpuMs = threadCpuMs();
  windowCpuMs = cpuMs;
  windowBeganMs = performance.now();
  stretchMsMax = 0;
}

function effort(): Effort {
  const busyShare = (threadCpuMs() - windowCpuMs) / (performance.now() - windowBeganMs);
  return { stretchMsMax, busyShare };
}

/** With TLS by a certificate of this run, where the stage is one of TLS. */
async function networkOfClients(): Promise<Network> {
  if (process.env[tlsVariable] !== '1') return nodeNetwork;
  const { createAuthority } = await import('@weir/testing/certificates');
  const current = await (await createAuthority('stage')).issue('127.0.0.1');
  const source = { current, onChange: () => undefined };
  return clientTlsNetwork(source, { clock: nodeClock, log: limitedLog(log, nodeClock) });
}

const metadata = createMemoryMetadataStore({ journal: new StageJournal(`${dataDir}/metadata.jsonl`) });
if ((await metadata.findCluster(victimId)) === null) {
  await addTenants(metadata, [victimId, bareId, ...ownerIds]);
}
const deps: Deps = {
  clock: nodeClock,
  disk: createNodeDisk(`${dataDir}/logs`),
  network: await networkOfClients(),
  peerNetwork: nodeNetwork,
  metadata,
  random: nodeRandom,
  usage: noUsage,
  log,
  heap: nodeHeap,
  workers: createNodeWorkers(),
};
const broker = await startBroker(deps, {
  brokerId: 1,
  listenHost: '127.0.0.1',
  listenPort: Number(portText),
  advertisedHost: '127.0.0.1',
  advertisedPort: null,
  durability: 'fsync',
  anonymousClusterId: null,
  bounds: { openFilesMax: openFilesWithin(descriptorLimit()) },
});
process.on('message', (order: BrokerOrder) => {
  if (order.kind === 'memory') say({ kind: 'memory', memory: memory() });
  else if (order.kind === 'begin') beginWindow();
  else if (order.kind === 'end') say({ kind: 'effort', effort: effort() });
  else void addTenants(metadata, order.ids).then(() => say({ kind: 'tenants-added' }));
});
// Whoever started this process is gone: nobody would end it otherwise.
process.on('disconnect', () => process.exit(0));
say({ kind: 'ready', port: broker.port });
