import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@weir/broker/broker';
import type { Network } from '@weir/broker/deps';
import { noUsage } from '@weir/broker/metering/no-usage';
import { nodeClock } from '@weir/broker/node-deps/node-clock';
import { createNodeDisk } from '@weir/broker/node-deps/node-disk';
import { nodeHeap } from '@weir/broker/node-deps/node-heap';
import { nodeNetwork } from '@weir/broker/node-deps/node-network';
import { nodeRandom } from '@weir/broker/node-deps/node-random';
import { createNodeWorkers } from '@weir/broker/node-deps/node-workers';
import type { MetadataStore } from '@weir/metadata-store/port';

/** A real broker of a cell, in this process, on a port and a directory of its own. */
export const startTestBroker = async (
  metadata: MetadataStore,
  listenPort: number,
  network: Network = nodeNetwork,
) => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-api-broker-'));
  const broker = await startBrokerAt(directory, metadata, listenPort, null, network);
  return {
    stop: async () => {
      await broker.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

/** A real broker on a directory that stays. */
export const startBrokerAt = (
  directory: string,
  metadata: MetadataStore,
  listenPort: number,
  advertisedPort: number | null = null,
  network: Network = nodeNetwork,
) => {
  const quiet = () => undefined;
  return startBroker(
    {
      clock: nodeClock,
      disk: createNodeDisk(directory),
      network,
      peerNetwork: nodeNetwork,
      metadata,
      random: nodeRandom,
      usage: noUsage,
      log: { info: quiet, warn: quiet, error: quiet },
      heap: nodeHeap,
      workers: createNodeWorkers(),
    },
    {
      brokerId: 1,
      listenHost: '127.0.0.1',
      listenPort,
      advertisedHost: 'localhost',
      advertisedPort,
      durability: 'os',
      anonymousClusterId: null,
    },
  );
};
