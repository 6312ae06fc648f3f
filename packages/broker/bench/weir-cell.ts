import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createScramVerifier } from '@weir/credentials/scram';
import { migrateCell } from '@weir/db/migrate-cell';
import { findFreePort } from '@weir/local-servers/free-port';
import { startPostgresServer } from '@weir/local-servers/postgres-server';
import { startRedisServer } from '@weir/local-servers/redis-server';
import { accepted, aclOf, clusterOf } from '@weir/metadata-store/conformance-fixtures';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import {
  brokerDiskThreadsOfEach,
  brokerHeapFlags,
  brokerMemoryMb,
  machineMemoryMb,
  planMemory,
} from '@weir/runtime/memory-plan';
import type { CellContestant, OpenCell } from './cell.ts';
import type { Contestant } from './contestant.ts';

const program = join(import.meta.dirname, '../../../apps/broker/dist/main.js');
const brokerPort = 29_110;
const clusterId = 'lkc-bench';
const schema = 'cell_local';
const credential = { keyId: 'ABCDEFGHIJKLMNOP', secret: 'a-secret-of-the-benchmark' };
const plenty = 1_000_000_000_000;

/** Brokers as the product runs them, over a Postgres and a Redis of their own, and one tenant without limits. */
export function weirCell(flush: 'os' | 'every', brokers: number): CellContestant {
  const name = 'Weir';
  return { name, flush, isOurs: true, open: (dataDir) => openStores(flush, brokers, dataDir) };
}

async function openStores(flush: 'os' | 'every', brokers: number, dataDir: string): Promise<OpenCell> {
  mkdirSync(dataDir, { recursive: true });
  // The server may run as another user, who has to reach its data below.
  chmodSync(dataDir, 0o755);
  const postgres = await startPostgresServer({
    directory: join(dataDir, 'postgres'),
    port: await findFreePort(),
    password: null,
    logFile: join(dataDir, 'postgres.log'),
    settings: {},
  });
  const redis = await startRedisServer({
    directory: join(dataDir, 'redis'),
    port: await findFreePort(),
    logFile: join(dataDir, 'redis.log'),
  });
  await migrateCell(postgres.url, schema);
  const store = openPostgresMetadataStore({ url: postgres.url, schema });
  await furnish(store);
  await store.close();
  const stores = { CELL_DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const members: Contestant[] = [];
  for (let id = 1; id <= brokers; id += 1)
    members.push(member(flush, brokers, id, await placeOf(id, stores)));
  const close = async () => {
    await redis.stop();
    await postgres.stop();
  };
  return { members, credential, close };
}

async function placeOf(id: number, stores: Readonly<Record<string, string>>) {
  return {
    ...stores,
    WEIR_BROKER_ID: String(id),
    WEIR_BROKER_HOST: '127.0.0.1',
    WEIR_BROKER_PORT: String(brokerPort + id),
    WEIR_BROKER_PEER_PORT: String(await findFreePort()),
    WEIR_BROKER_RACK: `rack-${id}`,
    WEIR_BROKER_MACHINE: `machine-${id}`,
  };
}

/** With the memory and the disk threads that the launcher gives each of as many. */
function member(
  flush: 'os' | 'every',
  brokers: number,
  id: number,
  place: Readonly<Record<string, string>>,
): Contestant {
  const memoryMb = Math.floor(brokerMemoryMb(machineMemoryMb(), brokers) / brokers);
  const heap = `--max-old-space-size=${planMemory(memoryMb).heapMb}`;
  return {
    name: `Weir, broker ${id}`,
    flush,
    isOurs: true,
    port: brokerPort + id,
    prepare: () => Promise.resolve(),
    command: () => [process.execPath, heap, ...brokerHeapFlags, program],
    environment: (dataDir) => ({
      ...place,
      WEIR_DATA_DIR: dataDir,
      WEIR_CELL_BROKERS: String(brokers),
      WEIR_BROKER_FLUSH: flush === 'os' ? 'os' : 'group',
      WEIR_BROKER_MEMORY_MB: String(memoryMb),
      UV_THREADPOOL_SIZE: String(brokerDiskThreadsOfEach(brokers)),
    }),
  };
}

async function furnish(store: MetadataStore): Promise<void> {
  const limits = {
    ingressBytesPerSecMax: plenty,
    egressBytesPerSecMax: plenty,
    requestsPerSecMax: plenty,
    connectionsMax: 1_000,
    partitionsMax: 100_000,
    groupsMax: 100,
    aclsMax: 10,
    messageBytesMax: 8_000_000,
    storedBytesMax: plenty,
  };
  await store.applyCluster({ ...clusterOf(clusterId), limits });
  const principal = 'User:owner';
  const salt = Buffer.alloc(16, 'salt');
  const scramSha256 = await createScramVerifier(credential.secret, 'SHA-256', salt);
  const scramSha512 = await createScramVerifier(credential.secret, 'SHA-512', salt);
  const { keyId } = credential;
  const secrets = [{ number: 1, scramSha256, scramSha512 }];
  const key = { keyId, clusterId, principal, secrets, expiresAt: null };
  accepted(await store.applyCredential(key));
  for (const resourceType of ['TOPIC', 'GROUP', 'TRANSACTIONAL_ID'] as const) {
    const everything = { ...aclOf(clusterId, '*'), resourceType, patternType: 'LITERAL' as const };
    accepted(await store.applyAcl({ ...everything, principal, operation: 'ALL' }));
  }
}
