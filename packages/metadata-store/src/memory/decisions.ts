import { isDeepStrictEqual } from 'node:util';
import { decideEntityQuotas, type EntityQuotaChanges, type EntityQuotaRefusal } from '../entity-quotas.ts';
import type { AclBinding, CredentialRecord, RoleGrants, TopicRecord, Uuid } from '../model.ts';
import type { Change, CreateTopicRefusal, MetadataStore, NewTopic, Result } from '../port.ts';
import { type Restraints, restrain } from '../restraints.ts';
import { aclKey, decideNewAcl, decideNewTopic, noRoleGrants, refused, requireSecrets } from '../rules.ts';
import type { CellState } from './cell-state.ts';

/** What a mutation answers, and the changes that make it true. None: there is nothing to commit. */
export interface Decision<T> {
  readonly result: T;
  readonly changes: readonly Change[];
}

const nothingToDo: Decision<undefined> = { result: undefined, changes: [] };
const done = { ok: true, value: undefined } as const;

export function applyCluster(
  state: CellState,
  cluster: Parameters<MetadataStore['applyCluster']>[0],
): Decision<void> {
  const current = state.clusters.get(cluster.id);
  if (state.wasRemoved('cluster', cluster.id)) return nothingToDo;
  if (current !== undefined && current.intentVersion >= cluster.intentVersion) return nothingToDo;
  const { restraints, entityQuotas } = current ?? {};
  const applied = structuredClone({
    ...cluster,
    ...(restraints === undefined ? {} : { restraints }),
    ...(entityQuotas === undefined ? {} : { entityQuotas }),
  });
  return { result: undefined, changes: [{ kind: 'cluster', clusterId: cluster.id, cluster: applied }] };
}

export function applyRestraints(
  state: CellState,
  clusterId: string,
  restraints: Restraints,
): Decision<Result<void, 'UNKNOWN_CLUSTER'>> {
  if (state.wasRemoved('cluster', clusterId)) return { result: done, changes: [] };
  const current = state.clusters.get(clusterId);
  if (current === undefined)
    return { result: refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`), changes: [] };
  const cluster = restrain(current, structuredClone(restraints));
  return { result: done, changes: cluster === null ? [] : [{ kind: 'cluster', clusterId, cluster }] };
}

export function alterEntityQuotas(
  state: CellState,
  asked: EntityQuotaChanges,
): Decision<Result<void, EntityQuotaRefusal>> {
  const { clusterId, validateOnly } = asked;
  const current = state.clusters.get(clusterId) ?? null;
  const decided = decideEntityQuotas(asked, current?.entityQuotas ?? (current === null ? null : []));
  if (!decided.ok) return { result: decided, changes: [] };
  if (validateOnly || decided.value === null || current === null) return { result: done, changes: [] };
  const cluster = { ...current, entityQuotas: decided.value };
  return { result: done, changes: [{ kind: 'cluster', clusterId, cluster }] };
}

export function removeCluster(state: CellState, clusterId: string): Decision<void> {
  if (!state.clusters.has(clusterId)) return nothingToDo;
  const changes: Change[] = [];
  for (const { topicId } of state.topicsOf(clusterId)) {
    changes.push({ kind: 'topic', clusterId, topicId, topic: null });
  }
  for (const credential of state.credentials.values()) {
    if (credential.clusterId !== clusterId) continue;
    changes.push({ kind: 'credential', keyId: credential.keyId, credential: null });
  }
  changes.push(
    { kind: 'cluster', clusterId, cluster: null },
    { kind: 'acls', clusterId, bindings: [], roleGrants: noRoleGrants },
  );
  return { result: undefined, changes };
}

export function applyCredential(
  state: CellState,
  credential: CredentialRecord,
): Decision<Result<void, 'UNKNOWN_CLUSTER'>> {
  const { keyId, clusterId } = credential;
  requireSecrets(credential);
  if (!state.clusters.has(clusterId)) {
    return { result: refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`), changes: [] };
  }
  const current = state.credentials.get(keyId);
  if (current !== undefined && current.clusterId !== clusterId) {
    throw new RangeError(`key ${keyId} belongs to another cluster than ${clusterId}`);
  }
  if (state.wasRemoved('credential', keyId) || isDeepStrictEqual(current, credential)) {
    return { result: done, changes: [] };
  }
  return { result: done, changes: [{ kind: 'credential', keyId, credential: structuredClone(credential) }] };
}

export function removeCredential(state: CellState, keyId: string): Decision<void> {
  if (!state.credentials.has(keyId)) return nothingToDo;
  return { result: undefined, changes: [{ kind: 'credential', keyId, credential: null }] };
}

export function applyAcl(
  state: CellState,
  binding: AclBinding,
): Decision<Result<void, 'UNKNOWN_CLUSTER' | 'POLICY_VIOLATION'>> {
  const { clusterId } = binding;
  const bindings = state.acls.get(clusterId) ?? [];
  const key = aclKey(binding);
  if (bindings.some((each) => aclKey(each) === key)) return { result: done, changes: [] };
  const result = decideNewAcl(binding, state.clusters.get(clusterId) ?? null, bindings.length);
  if (!result.ok) return { result, changes: [] };
  const roleGrants = state.roleGrants(clusterId);
  return {
    result,
    changes: [{ kind: 'acls', clusterId, bindings: [...bindings, { ...binding }], roleGrants }],
  };
}

export function removeAcl(state: CellState, binding: AclBinding): Decision<void> {
  const { clusterId } = binding;
  const bindings = state.acls.get(clusterId) ?? [];
  const key = aclKey(binding);
  const rest = bindings.filter((each) => aclKey(each) !== key);
  if (rest.length === bindings.length) return nothingToDo;
  const roleGrants = state.roleGrants(clusterId);
  return { result: undefined, changes: [{ kind: 'acls', clusterId, bindings: rest, roleGrants }] };
}

export function applyRoleGrants(
  state: CellState,
  clusterId: string,
  roleGrants: RoleGrants,
): Decision<Result<void, 'UNKNOWN_CLUSTER'>> {
  if (state.wasRemoved('cluster', clusterId)) return { result: done, changes: [] };
  if (!state.clusters.has(clusterId)) {
    return { result: refused('UNKNOWN_CLUSTER', `There is no cluster ${clusterId}.`), changes: [] };
  }
  if (state.roleGrants(clusterId).version >= roleGrants.version) return { result: done, changes: [] };
  const bindings = state.acls.get(clusterId) ?? [];
  const change = { kind: 'acls', clusterId, bindings, roleGrants: structuredClone(roleGrants) } as const;
  return { result: done, changes: [change] };
}

export function createTopic(
  state: CellState,
  topic: NewTopic,
  born: { readonly topicId: Uuid; readonly createdAt: number },
): Decision<Result<TopicRecord, CreateTopicRefusal>> {
  const { clusterId, name } = topic;
  const decided = decideNewTopic(topic, {
    cluster: state.clusters.get(clusterId) ?? null,
    topicInTheWay: state.topicInTheWay(clusterId, name)?.name ?? null,
    partitionCount: state.partitionCount(clusterId),
    brokers: state.brokerLoads(),
  });
  if (!decided.ok) return { result: decided, changes: [] };
  const record: TopicRecord = { clusterId, name, ...born, ...decided.value };
  const changes: Change[] = [{ kind: 'topic', clusterId, topicId: born.topicId, topic: record }];
  return { result: { ok: true, value: record }, changes: topic.validateOnly ? [] : changes };
}

export function deleteTopic(
  state: CellState,
  clusterId: string,
  topicId: Uuid,
): Decision<Result<void, 'UNKNOWN_TOPIC_ID'>> {
  if (state.topics.get(topicId)?.clusterId !== clusterId) {
    return { result: refused('UNKNOWN_TOPIC_ID', `There is no topic with the id ${topicId}.`), changes: [] };
  }
  return { result: done, changes: [{ kind: 'topic', clusterId, topicId, topic: null }] };
}
