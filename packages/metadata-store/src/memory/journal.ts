import type { ScramVerifier } from '@weir/credentials/scram';
import type { BrokerRecord, CredentialRecord, PartitionRecord } from '../model.ts';
import type { Change } from '../port.ts';
import { noRoleGrants } from '../rules.ts';

/**
 * Where a memory store keeps what it committed. Entries hold states, not commands: whoever replays them in
 * order has the same store, to the version, whatever clock or random source made it.
 */
export interface Journal {
  /** Every entry that `append` acknowledged, in order; a torn last one is left out. */
  load(): Promise<readonly JournalEntry[]>;
  /** Returns when the entry is durable. Called with one entry at a time; a throw ends the store. */
  append(entry: JournalEntry): Promise<void>;
}

/** One committed mutation as JSON: all of it holds or none of it. */
export interface JournalEntry {
  /** The store's version after it. Unchanged by an entry that only takes producer ids, or makes the secret. */
  readonly version: number;
  /** The first producer id that nobody was given. */
  readonly nextProducerId: number;
  /** In base64; where there is none it stays what it was. */
  readonly cellSecret?: string;
  /** Removals first, as in a ChangeSet. */
  readonly changes: readonly Change[];
}

// What a cell of one broker that never replicated would have written.
const partitionDefaults: Partial<PartitionRecord> = {
  eligibleReplicas: [],
  uncleanEpoch: -1,
  reassignment: null,
};
const aclsDefaults: Partial<Change> = { roleGrants: noRoleGrants };
const brokerDefaults: Partial<BrokerRecord> = {
  peerHost: null,
  peerPort: null,
  rack: null,
  machine: null,
  programVersion: null,
  directoryId: '',
  isFenced: false,
  isCordoned: false,
};

/** The entry with what its writer may not have known of yet: journals outlast the versions that wrote them. */
export function withDefaults(entry: JournalEntry): JournalEntry {
  return { ...entry, changes: entry.changes.map(changeWithDefaults) };
}

function changeWithDefaults(change: Change): Change {
  if (change.kind === 'broker') return { ...change, broker: { ...brokerDefaults, ...change.broker } };
  if (change.kind === 'acls') return { ...aclsDefaults, ...change };
  if (change.kind === 'credential')
    return { ...change, credential: credentialWithDefaults(change.credential) };
  const partitionWithDefaults = (record: PartitionRecord) => ({ ...partitionDefaults, ...record });
  if (change.kind === 'partitions') {
    const partitions = change.partitions.map(({ index, record }) => ({
      index,
      record: partitionWithDefaults(record),
    }));
    return { ...change, partitions };
  }
  if (change.kind !== 'topic' || change.topic === null) return change;
  const partitions = change.topic.partitions.map(partitionWithDefaults);
  return { ...change, topic: { ...change.topic, partitions } };
}

/** As it was written when a key had one secret. */
interface CredentialOfOneSecret extends Omit<CredentialRecord, 'secrets'> {
  readonly scramSha256: ScramVerifier;
  readonly scramSha512: ScramVerifier;
}

function credentialWithDefaults(
  credential: CredentialRecord | CredentialOfOneSecret | null,
): CredentialRecord | null {
  if (credential === null || 'secrets' in credential) return credential;
  const { scramSha256, scramSha512, ...rest } = credential;
  return { ...rest, secrets: [{ number: 1, scramSha256, scramSha512 }] };
}
