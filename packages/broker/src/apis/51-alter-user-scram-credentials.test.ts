import { errorName } from '@weir/kafka-protocol/errors';
import { AclIndex } from '@weir/metadata-store/acl-index';
import { expect, test } from 'vitest';
import { GroupsForTests } from '../testing/groups-for-tests.ts';
import { describeUserScramCredentials } from './50-describe-user-scram-credentials.ts';
import { alterUserScramCredentials } from './51-alter-user-scram-credentials.ts';
import { updateFeatures } from './57-update-features.ts';

const salt = Buffer.from('salt');
const upsertions = [{ name: 'sa-1', mechanism: 1, iterations: 4_096, salt, saltedPassword: salt }];
const deletions = [
  { name: 'sa-1', mechanism: 2 },
  { name: 'sa-2', mechanism: 1 },
];

test('keys are neither shown nor changed, and the answer says where they are', async () => {
  const broker = await GroupsForTests.start();
  const altered = await broker.ask(alterUserScramCredentials, 0, { deletions, upsertions });
  expect(altered.body?.results.map(({ user, errorCode }) => [user, errorName(errorCode)])).toEqual([
    ['sa-1', 'POLICY_VIOLATION'],
    ['sa-2', 'POLICY_VIOLATION'],
  ]);
  expect(altered.body?.results[0]?.errorMessage).toContain('console');
  const users = [{ name: 'sa-1' }, { name: 'sa-2' }, { name: 'sa-2' }];
  const told = await broker.ask(describeUserScramCredentials, 0, { users });
  expect(told.body?.results.map(({ user, errorCode }) => [user, errorName(errorCode)])).toEqual([
    ['sa-1', 'RESOURCE_NOT_FOUND'],
    ['sa-2', 'DUPLICATE_RESOURCE'],
  ]);
  expect((await broker.ask(describeUserScramCredentials, 0, { users: null })).body).toMatchObject({
    errorCode: 0,
    results: [],
  });
});

test('who may do nothing in a cluster is told that, and nobody finalizes features', async () => {
  const broker = await GroupsForTests.start();
  broker.cluster().authorizer = new AclIndex([]);
  const altered = await broker.ask(alterUserScramCredentials, 0, { deletions, upsertions });
  expect(errorName(altered.body?.results[0]?.errorCode ?? 0)).toBe('CLUSTER_AUTHORIZATION_FAILED');
  const told = await broker.ask(describeUserScramCredentials, 0, { users: null });
  expect(errorName(told.body?.errorCode ?? 0)).toBe('CLUSTER_AUTHORIZATION_FAILED');
  const request = { timeoutMs: 1_000, featureUpdates: [], validateOnly: false };
  const updated = await broker.ask(updateFeatures, 2, request);
  expect(errorName(updated.body?.errorCode ?? 0)).toBe('CLUSTER_AUTHORIZATION_FAILED');
});
