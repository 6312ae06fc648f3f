import { createScramVerifier } from '@weir/credentials/scram';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import type { AclBinding, CredentialRecord } from '@weir/metadata-store/model';
import type { MetadataStore } from '@weir/metadata-store/port';
import { type Broker, startBroker } from '../broker.ts';
import type { Log, UsageReport } from '../deps.ts';
import type { EngineBounds } from '../engine-bounds.ts';
import { nodeClock } from '../node-deps/node-clock.ts';
import { createNodeDisk } from '../node-deps/node-disk.ts';
import { nodeNetwork } from '../node-deps/node-network.ts';
import { nodeRandom } from '../node-deps/node-random.ts';
import { createNodeWorkers } from '../node-deps/node-workers.ts';
import { clusterRecord } from './identity-for-tests.ts';

/** A broker that authenticates its clients, over real files and sockets, with the store of its cell in memory. */
export class CellForTests {
  readonly metadata: MetadataStore;
  readonly broker: Broker;
  readonly reports: UsageReport[];
  readonly lines: string[];

  private constructor(metadata: MetadataStore, broker: Broker, reports: UsageReport[], lines: string[]) {
    this.metadata = metadata;
    this.broker = broker;
    this.reports = reports;
    this.lines = lines;
  }

  static async start(dataDir: string, bounds: Partial<EngineBounds> = {}): Promise<CellForTests> {
    const metadata = createMemoryMetadataStore();
    const reports: UsageReport[] = [];
    const lines: string[] = [];
    const line = (event: string, fields?: object) =>
      void lines.push(`${event} ${JSON.stringify(fields ?? {})}`);
    const log: Log = { info: line, warn: line, error: line };
    const deps = {
      clock: nodeClock,
      disk: createNodeDisk(dataDir),
      network: nodeNetwork,
      peerNetwork: nodeNetwork,
      metadata,
      random: nodeRandom,
      usage: {
        countedBefore: async () => [],
        report: async (report: UsageReport) => void reports.push(report),
        hold: async () => undefined,
      },
      log,
      heap: { onCollected: () => () => undefined },
      workers: createNodeWorkers(),
    };
    const broker = await startBroker(deps, {
      brokerId: 1,
      listenHost: '127.0.0.1',
      listenPort: 0,
      advertisedHost: '127.0.0.1',
      advertisedPort: null,
      durability: 'fsync',
      anonymousClusterId: null,
      groupRebalanceDelayMs: 0,
      fillReturnedFrames: true,
      bounds,
    });
    return new CellForTests(metadata, broker, reports, lines);
  }

  /** A cluster with one key, which is granted what `grants` say. */
  async addCluster(
    id: string,
    grants: readonly Partial<AclBinding>[],
    changed: Parameters<typeof clusterRecord>[1] = {},
  ): Promise<{ readonly key: string; readonly secret: string }> {
    await this.metadata.applyCluster(clusterRecord(id, changed));
    for (const grant of grants) {
      const binding: AclBinding = {
        clusterId: id,
        principal: `User:${id}`,
        resourceType: 'TOPIC',
        patternType: 'LITERAL',
        resourceName: '*',
        operation: 'ALL',
        permission: 'ALLOW',
        host: '*',
        ...grant,
      };
      await this.metadata.applyAcl(binding);
    }
    return this.addKey(id, `KEY-${id}`);
  }

  async addKey(clusterId: string, key: string, changed: Partial<CredentialRecord> = {}) {
    const secret = `secret of ${key}`;
    await this.metadata.applyCredential({
      keyId: key,
      clusterId,
      principal: `User:${clusterId}`,
      secrets: [
        {
          number: 1,
          scramSha256: await createScramVerifier(secret, 'SHA-256', nodeRandom.bytes(16)),
          scramSha512: await createScramVerifier(secret, 'SHA-512', nodeRandom.bytes(16)),
        },
      ],
      expiresAt: null,
      ...changed,
    });
    return { key, secret };
  }

  async addTopic(clusterId: string, name: string, configs: Readonly<Record<string, string>> = {}) {
    const created = await this.metadata.createTopic({
      clusterId,
      name,
      partitionCount: 1,
      replicationFactor: 1,
      configs,
      validateOnly: false,
    });
    if (!created.ok) throw new Error(created.message);
    return created.value;
  }
}
