import { createScramVerifier } from '@weir/credentials/scram';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import type { MetadataStore } from '@weir/metadata-store/port';
import type { SimulatedNetwork } from './simulated-network.ts';
import { WireClient } from './wire-client.ts';
import type { World } from './world.ts';

export const topicName = 'topic';
const secret = 'secret';
const unlimited = Number.MAX_SAFE_INTEGER;

/** A cluster with a topic, a key, and a grant for everything. */
export async function prepareTenant(
  metadata: MetadataStore,
  clusterId: string,
  partitionCount: number,
): Promise<void> {
  await metadata.applyCluster({
    id: clusterId,
    limits: {
      ingressBytesPerSecMax: unlimited,
      egressBytesPerSecMax: unlimited,
      requestsPerSecMax: unlimited,
      connectionsMax: 200,
      partitionsMax: 100,
      groupsMax: 200,
      aclsMax: 10,
      messageBytesMax: 1 << 20,
      storedBytesMax: unlimited,
    },
    autoCreateTopics: false,
    intentVersion: 1,
  });
  const salt = Buffer.alloc(16, clusterId);
  await metadata.applyCredential({
    keyId: keyOf(clusterId),
    clusterId,
    principal: 'User:owner',
    secrets: [
      {
        number: 1,
        scramSha256: await createScramVerifier(secret, 'SHA-256', salt),
        scramSha512: await createScramVerifier(secret, 'SHA-512', salt),
      },
    ],
    expiresAt: null,
  });
  for (const resourceType of ['TOPIC', 'GROUP', 'CLUSTER'] as const) {
    await metadata.applyAcl({
      clusterId,
      principal: 'User:owner',
      resourceType,
      patternType: 'LITERAL',
      resourceName: resourceType === 'CLUSTER' ? 'kafka-cluster' : '*',
      operation: 'ALL',
      permission: 'ALLOW',
      host: '*',
    });
  }
  const created = await metadata.createTopic({
    clusterId,
    name: topicName,
    partitionCount,
    replicationFactor: 1,
    configs: {},
    validateOnly: false,
  });
  if (!created.ok) throw new Error(created.message);
}

const keyOf = (clusterId: string): string => `KEY-${clusterId}`;

/** A connection that has said that it is the cluster's. Rejects when it is not let in. */
export async function signIn(
  world: World,
  network: SimulatedNetwork,
  clusterId: string,
): Promise<WireClient> {
  const client = await WireClient.connect(world, network, clusterId);
  await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
  const authBytes = Buffer.from(`\0${keyOf(clusterId)}\0${secret}`);
  const answer = await client.request(saslAuthenticateApi, 2, { authBytes });
  if (answer.errorCode !== 0) throw new Error(`${clusterId} was not let in: ${answer.errorMessage}`);
  return client;
}
