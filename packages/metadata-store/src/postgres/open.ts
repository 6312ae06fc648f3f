import { randomBytes } from 'node:crypto';
import type { MetadataStore } from '../port.ts';
import { newTopicId, type RandomBytes } from '../topic-id.ts';
import { allocateProducerIds } from './allocate-producer-ids.ts';
import { alterEntityQuotas } from './alter-entity-quotas.ts';
import { alterPartitions } from './alter-partitions.ts';
import { alterTopicConfigs } from './alter-topic-configs.ts';
import { applyAcl } from './apply-acl.ts';
import { applyCluster } from './apply-cluster.ts';
import { applyCredential } from './apply-credential.ts';
import { applyRestraints } from './apply-restraints.ts';
import { applyRoleGrants } from './apply-role-grants.ts';
import { cellSecret } from './cell-secret.ts';
import { ChangeListener } from './change-listener.ts';
import { changesSince } from './changes-since.ts';
import { cordonBroker } from './cordon-broker.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopic } from './create-topic.ts';
import { CellDatabase, type OnIncident } from './database.ts';
import { deleteTopic } from './delete-topic.ts';
import { electAsked } from './elect-asked.ts';
import { electLeaders } from './elect-leaders.ts';
import { findCluster } from './find-cluster.ts';
import { findCredential } from './find-credential.ts';
import { findTopic } from './find-topic.ts';
import { endLease, renewLease } from './leases.ts';
import { reassignPartitions } from './reassign-partitions.ts';
import { registerBroker } from './register-broker.ts';
import { removeAcl } from './remove-acl.ts';
import { removeCluster } from './remove-cluster.ts';
import { removeCredential } from './remove-credential.ts';
import { retireBroker } from './retire-broker.ts';
import { shareLimits } from './share-limits.ts';
import { shareSpent } from './share-spent.ts';
import { unfenceBroker } from './unfence-broker.ts';

export interface PostgresMetadataStoreOptions {
  /** Of the database. */
  readonly url: string;
  /** The cell's Postgres schema, migrated with prisma/cell. */
  readonly schema: string;
  /** Told of broken connections that are made again by themselves. Writes to stderr if left out. */
  readonly onIncident?: OnIncident;
  /** Milliseconds since the epoch, for `createdAt`. */
  readonly now?: () => number;
  readonly randomBytes?: RandomBytes;
}

/**
 * The metadata store of a cell in Postgres. Connects on first use, so it opens while the database is away;
 * an operation that fails then succeeds when it is back.
 */
export function openPostgresMetadataStore(options: PostgresMetadataStoreOptions): MetadataStore {
  const { url, schema } = options;
  const onIncident = options.onIncident ?? ((message, cause) => console.warn(message, cause));
  const now = options.now ?? Date.now;
  const random = options.randomBytes ?? randomBytes;
  const database = new CellDatabase(url, schema, onIncident);
  const listener = new ChangeListener(url, schema, onIncident);
  return {
    changesSince: (version) => changesSince(database, version),
    watch: (onChange) => listener.watch(onChange),
    applyCluster: (cluster) => applyCluster(database, cluster),
    applyRestraints: (clusterId, restraints) => applyRestraints(database, clusterId, restraints),
    alterEntityQuotas: (asked) => alterEntityQuotas(database, asked),
    removeCluster: (clusterId) => removeCluster(database, clusterId),
    findCluster: (clusterId) => findCluster(database, clusterId),
    applyCredential: (credential) => applyCredential(database, credential),
    removeCredential: (keyId) => removeCredential(database, keyId),
    findCredential: (keyId) => findCredential(database, keyId),
    applyAcl: (binding) => applyAcl(database, binding),
    removeAcl: (binding) => removeAcl(database, binding),
    applyRoleGrants: (clusterId, roleGrants) => applyRoleGrants(database, clusterId, roleGrants),
    createTopic: (topic) => createTopic(database, topic, { topicId: newTopicId(random), createdAt: now() }),
    deleteTopic: (clusterId, topicId) => deleteTopic(database, clusterId, topicId),
    createPartitions: (asked) => createPartitions(database, asked),
    alterTopicConfigs: (asked) => alterTopicConfigs(database, asked),
    findTopic: (clusterId, name) => findTopic(database, clusterId, name),
    alterPartitions: (life, changes) => alterPartitions(database, life, changes),
    reassignPartitions: (asked) => reassignPartitions(database, asked),
    cordonBroker: (brokerId, isCordoned) => cordonBroker(database, brokerId, isCordoned),
    electLeaders: (proposer) => electLeaders(database, proposer),
    electAsked: (election) => electAsked(database, election),
    registerBroker: (broker) => registerBroker(database, broker),
    renewLease: (life, directoryMark) => renewLease(database, life, directoryMark),
    unfenceBroker: (life) => unfenceBroker(database, life),
    retireBroker: (life) => retireBroker(database, life),
    endLease: (life) => endLease(database, life),
    shareLimits: (life, told) => shareLimits(database, life, told),
    shareSpent: (life, told) => shareSpent(database, life, told),
    allocateProducerIds: (count) => allocateProducerIds(database, count),
    cellSecret: () => cellSecret(database, random),
    close: async () => {
      listener.close();
      await database.close();
    },
  };
}
