import type { RoleGrant } from '../model.ts';
import type { Change, ChangeSet, NumberedPartition } from '../port.ts';
import { noRoleGrants } from '../rules.ts';
import type { CellDatabase, Queryable } from './database.ts';
import type { RemovalKind } from './removals.ts';
import {
  type AclRow,
  aclColumns,
  aclFrom,
  type BrokerRow,
  brokerColumns,
  brokerFrom,
  type ClusterRow,
  type CredentialRow,
  clusterColumns,
  clusterFrom,
  credentialColumns,
  credentialFrom,
  partitionJson,
  type TopicRow,
  topicColumns,
  topicFrom,
} from './rows.ts';

const currentVersion = 'SELECT version FROM cell WHERE id = 1';

export async function changesSince(database: CellDatabase, version: number): Promise<ChangeSet> {
  // Most polls find nothing new; one statement tells.
  const [seen] = await database.read<{ version: number }>('changesSince', currentVersion);
  if (seen !== undefined && seen.version <= version) return { version: seen.version, changes: [] };
  return database.readTogether('changesSince', async (view) => {
    const [cell] = await view.query<{ version: number }>(currentVersion);
    const changes = [
      ...(version === 0 ? [] : await removalsSince(view, version)),
      ...(await clustersSince(view, version)),
      ...(await brokersSince(view, version)),
      ...(await credentialsSince(view, version)),
      ...(await aclsSince(view, version)),
      ...(await topicsSince(view, version)),
      ...(version === 0 ? [] : await partitionsSince(view, version)),
    ];
    return { version: cell?.version ?? 0, changes };
  });
}

async function removalsSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const rows = await view.query<{ kind: RemovalKind; id: string; cluster_id: string }>(
    'SELECT kind, id, cluster_id FROM removals WHERE version > $1 ORDER BY version',
    [version],
  );
  return rows.flatMap(removalFrom);
}

function removalFrom(row: { kind: RemovalKind; id: string; cluster_id: string }): readonly Change[] {
  switch (row.kind) {
    case 'cluster':
      return [
        { kind: 'cluster', clusterId: row.id, cluster: null },
        { kind: 'acls', clusterId: row.id, bindings: [], roleGrants: noRoleGrants },
      ];
    case 'credential':
      return [{ kind: 'credential', keyId: row.id, credential: null }];
    case 'topic':
      return [{ kind: 'topic', clusterId: row.cluster_id, topicId: row.id, topic: null }];
  }
}

async function clustersSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const text = `SELECT ${clusterColumns} FROM clusters WHERE version > $1 ORDER BY version`;
  const rows = await view.query<ClusterRow>(text, [version]);
  return rows.map((row) => ({ kind: 'cluster', clusterId: row.cluster_id, cluster: clusterFrom(row) }));
}

async function brokersSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const text = `SELECT ${brokerColumns} FROM brokers b WHERE b.version > $1 ORDER BY b.version`;
  const rows = await view.query<BrokerRow>(text, [version]);
  return rows.map((row) => ({ kind: 'broker', brokerId: row.broker_id, broker: brokerFrom(row) }));
}

async function credentialsSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const text = `SELECT ${credentialColumns} FROM credentials WHERE version > $1 ORDER BY version`;
  const rows = await view.query<CredentialRow>(text, [version]);
  return rows.map((row) => ({ kind: 'credential', keyId: row.key_id, credential: credentialFrom(row) }));
}

async function aclsSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const changed = await view.query<{
    cluster_id: string;
    role_grants_version: number;
    role_grants: readonly RoleGrant[];
  }>(
    `SELECT cluster_id, role_grants_version, role_grants
     FROM clusters WHERE acls_version > $1 ORDER BY acls_version`,
    [version],
  );
  const clusterIds = changed.map((row) => row.cluster_id);
  if (clusterIds.length === 0) return [];
  const text = `SELECT ${aclColumns} FROM acls WHERE cluster_id = ANY ($1)`;
  const bindings = (await view.query<AclRow>(text, [clusterIds])).map(aclFrom);
  const byCluster = Map.groupBy(bindings, (binding) => binding.clusterId);
  return changed.map((row) => ({
    kind: 'acls',
    clusterId: row.cluster_id,
    bindings: byCluster.get(row.cluster_id) ?? [],
    roleGrants: { version: row.role_grants_version, grants: row.role_grants },
  }));
}

async function topicsSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const text = `SELECT ${topicColumns} FROM topics t WHERE t.version > $1 ORDER BY t.version`;
  const rows = await view.query<TopicRow>(text, [version]);
  return rows.map((row) => {
    const topic = topicFrom(row);
    return { kind: 'topic', clusterId: topic.clusterId, topicId: topic.topicId, topic };
  });
}

/** Of topics that are not told as a whole. */
async function partitionsSince(view: Queryable, version: number): Promise<readonly Change[]> {
  const rows = await view.query<{
    cluster_id: string;
    topic_id: string;
    partitions: readonly NumberedPartition[];
  }>(
    `SELECT t.cluster_id, t.topic_id,
       jsonb_agg(jsonb_build_object('index', p.partition, 'record', ${partitionJson}) ORDER BY p.partition) AS partitions
     FROM partitions p JOIN topics t USING (topic_id)
     WHERE p.version > $1 AND t.version <= $1
     GROUP BY t.topic_id`,
    [version],
  );
  return rows.map((row) => ({
    kind: 'partitions',
    clusterId: row.cluster_id,
    topicId: row.topic_id,
    partitions: row.partitions,
  }));
}
