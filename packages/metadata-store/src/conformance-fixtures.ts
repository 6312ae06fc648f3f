import type { AclBinding, ClusterRecord, CredentialRecord } from './model.ts';
import type { MetadataStore, NewBroker, NewTopic } from './port.ts';

export const roomyLimits = {
  ingressBytesPerSecMax: 1_000_000,
  egressBytesPerSecMax: 1_000_000,
  requestsPerSecMax: 1000,
  connectionsMax: 100,
  partitionsMax: 100,
  groupsMax: 100,
  aclsMax: 3,
  messageBytesMax: 2_000_000,
  storedBytesMax: 1_000_000_000,
};

export const clusterOf = (id: string, intentVersion = 1): ClusterRecord => ({
  id,
  limits: roomyLimits,
  autoCreateTopics: false,
  intentVersion,
});

const verifier = { salt: 'c2FsdA==', iterations: 4096, storedKey: 'c3RvcmVk', serverKey: 'c2VydmVy' };

export const credentialOf = (keyId: string, clusterId: string): CredentialRecord => ({
  keyId,
  clusterId,
  principal: 'User:sa-1',
  scramSha256: verifier,
  scramSha512: { ...verifier, iterations: 8192 },
  expiresAt: 1_800_000_000_123,
});

export const aclOf = (clusterId: string, resourceName: string): AclBinding => ({
  clusterId,
  principal: 'User:sa-1',
  resourceType: 'TOPIC',
  patternType: 'PREFIXED',
  resourceName,
  operation: 'READ',
  permission: 'ALLOW',
  host: '*',
});

export const topicOf = (clusterId: string, name: string, changed: Partial<NewTopic> = {}): NewTopic => ({
  clusterId,
  name,
  partitionCount: 1,
  replicationFactor: 1,
  configs: {},
  validateOnly: false,
  ...changed,
});

/** A broker in a place of its own. */
export const brokerOf = (brokerId: number, changed: Partial<NewBroker> = {}): NewBroker => ({
  brokerId,
  host: 'localhost',
  port: 9000 + brokerId,
  directoryId: 'ZGlyZWN0b3J5IG9mIG9uZQ',
  directoryPlace: `place ${brokerId}`,
  ...changed,
});

/** A cell with one cluster, `lkc-a`, and brokers 1 to `brokerCount`. */
export async function furnish(store: MetadataStore, brokerCount = 1): Promise<void> {
  await store.applyCluster(clusterOf('lkc-a'));
  for (let brokerId = 1; brokerId <= brokerCount; brokerId++) {
    accepted(await store.registerBroker(brokerOf(brokerId)));
  }
}

/** The value of a result that must be no refusal. */
export function accepted<T>(result: { ok: true; value: T } | { ok: false; message: string }): T {
  if (!result.ok) throw new Error(`refused: ${result.message}`);
  return result.value;
}
