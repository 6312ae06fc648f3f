import { brokerLeaseMs } from './broker-rules.ts';
import type { AclBinding, ClusterRecord, CredentialRecord, PartitionRecord } from './model.ts';
import type {
  BrokerLifeId,
  MetadataStore,
  NewBroker,
  NewTopic,
  PartitionChange,
  RegisteredBroker,
} from './port.ts';

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
  secrets: [{ number: 1, scramSha256: verifier, scramSha512: { ...verifier, iterations: 8192 } }],
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
  peerHost: null,
  peerPort: null,
  rack: null,
  machine: null,
  programVersion: null,
  directoryId: 'ZGlyZWN0b3J5IG9mIG9uZQ',
  directoryPlace: `place ${brokerId}`,
  lastBootEpochMax: null,
  directoryMark: null,
  hasLostWrites: false,
  missingReplicas: [],
  ...changed,
});

/** A cell with one cluster, `lkc-a`, and brokers 1 to `brokerCount`. */
export async function furnish(store: MetadataStore, brokerCount = 1): Promise<void> {
  await store.applyCluster(clusterOf('lkc-a'));
  for (let brokerId = 1; brokerId <= brokerCount; brokerId++) {
    accepted(await store.registerBroker(brokerOf(brokerId)));
  }
}

/** Brokers 1 to `count` of one cell, and what happens to them. */
export class Brokers {
  readonly store: MetadataStore;
  readonly #passMs: (ms: number) => Promise<void>;
  readonly lives = new Map<number, RegisteredBroker>();

  constructor(cell: { readonly store: MetadataStore; passMs(ms: number): Promise<void> }) {
    this.store = cell.store;
    this.#passMs = (ms) => cell.passMs(ms);
  }

  async begin(...brokerIds: readonly number[]): Promise<void> {
    for (const brokerId of brokerIds) await this.register(brokerOf(brokerId));
  }

  async register(broker: NewBroker): Promise<RegisteredBroker> {
    const record = accepted(await this.store.registerBroker(broker));
    this.lives.set(broker.brokerId, record);
    return record;
  }

  life(brokerId: number): BrokerLifeId {
    const record = this.lives.get(brokerId);
    if (record === undefined) throw new Error(`broker ${brokerId} never registered`);
    return { brokerId, bootEpoch: record.bootEpoch };
  }

  /** Time passes in which only these renew their leases. */
  async pass(ms: number, ...alive: readonly number[]): Promise<void> {
    const stepMs = 300;
    for (let passedMs = 0; passedMs < ms; passedMs += stepMs) {
      await this.#passMs(stepMs);
      for (const brokerId of alive) accepted(await this.store.renewLease(this.life(brokerId), 0));
    }
  }

  /** Everybody but these is gone for long enough to be fenced, and the first of these proposes it. */
  async surviveOnly(...alive: readonly number[]) {
    await this.pass(brokerLeaseMs + 300, ...alive);
    return this.store.electLeaders(this.life(alive[0] ?? 0));
  }
}

/** The value of a partition of `lkc-a`; throws where there is none. */
export async function partitionOf(store: MetadataStore, name: string, index = 0): Promise<PartitionRecord> {
  const record = (await store.findTopic('lkc-a', name))?.partitions[index];
  if (record === undefined) throw new Error(`no partition ${index} of ${name}`);
  return record;
}

/** What of a partition an election decides. */
export async function rolesOf(store: MetadataStore, name: string, index = 0) {
  const { leader, leaderEpoch, isr, eligibleReplicas } = await partitionOf(store, name, index);
  return { leader, leaderEpoch, isr, eligible: eligibleReplicas.toSorted((one, other) => one - other) };
}

/** The change asked for, of a partition that nobody has changed since `record`. */
export const changeOf = (
  topicId: string,
  record: PartitionRecord,
  to: PartitionChange['to'],
  partition = 0,
): PartitionChange => ({ topicId, partition, expectedPartitionEpoch: record.partitionEpoch, to });

/** The value of a result that must be no refusal. */
export function accepted<T>(result: { ok: true; value: T } | { ok: false; message: string }): T {
  if (!result.ok) throw new Error(`refused: ${result.message}`);
  return result.value;
}
