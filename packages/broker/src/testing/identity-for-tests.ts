import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { ClusterRecord } from '@weir/metadata-store/model';
import type { Identity } from '../apis/handler.ts';
import { LogicalCluster } from '../cluster/logical-cluster.ts';
import type { Network } from '../deps.ts';
import { type Accounts, brokerAccounts } from '../memory/broker-accounts.ts';
import { ClientMeter } from '../metering/metering.ts';
import { createNodeWorkers } from '../node-deps/node-workers.ts';

const unlimited = Number.MAX_SAFE_INTEGER;

/** A cluster without bounds. */
export function clusterRecord(id: string, changed: Partial<ClusterRecord['limits']> = {}): ClusterRecord {
  return {
    id,
    autoCreateTopics: false,
    intentVersion: 1,
    limits: {
      ingressBytesPerSecMax: unlimited,
      egressBytesPerSecMax: unlimited,
      requestsPerSecMax: unlimited,
      connectionsMax: 1_000,
      partitionsMax: 100,
      groupsMax: 100,
      aclsMax: 100,
      messageBytesMax: 1 << 20,
      storedBytesMax: unlimited,
      ...changed,
    },
  };
}

/** A cluster on its own, on a clock that stands still. */
export function clusterForTests(
  id = 'lkc-a',
  below: (bound: number) => number = () => 0,
  changed: Partial<ClusterRecord['limits']> = {},
  accounts: Accounts = brokerAccounts(),
): LogicalCluster {
  return new LogicalCluster(clusterRecord(id, changed), {
    clock: { now: () => 0, monotonicMs: () => 0, after: () => ({ cancel: () => undefined }) },
    random: { below },
    log: { warn: () => undefined },
    accounts,
    catchUp: () => Promise.resolve(),
  });
}

/** Somebody of a cluster that nobody else knows. */
export function identityOf(clusterId = 'lkc-a', principal = 'User:sa-1'): Identity {
  const cluster = clusterForTests(clusterId);
  return { cluster, principal, keyId: null, meter: new ClientMeter(clusterId, principal, '') };
}

const network: Network = {
  listen: () => Promise.reject(new Error('nothing listens here')),
  connect: () => Promise.reject(new Error('nobody is there')),
};

/** What a room that asks neither the store nor the network is given of them. */
/** A heap that never fills. */
const heap = { onCollected: () => () => undefined };

export const noMetadata = {
  network,
  peerNetwork: network,
  heap,
  workers: createNodeWorkers(),
  metadata: createMemoryMetadataStore({ now: () => 0, randomBytes: (length) => Buffer.alloc(length) }),
};
