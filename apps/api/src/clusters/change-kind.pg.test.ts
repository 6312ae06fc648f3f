import { limitsOfBasic, limitsOfStandard } from '@weir/contracts/cluster-kinds';
import { updateCluster } from '@weir/contracts/clusters';
import { createApiKey } from '@weir/contracts/iam';
import { KafkaSession } from '@weir/kafka-client/session';
import { offsetFetchApi } from '@weir/kafka-protocol/apis/09-offset-fetch';
import { errorCode } from '@weir/kafka-protocol/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedCluster, startServedCluster } from '../testing/served-cluster.ts';

let served: ServedCluster;
beforeAll(async () => {
  served = await startServedCluster();
}, 60_000);
afterAll(() => served.stop());

/** By which brokers are promised to hold what was changed. */
const reachedMsMax = 5_000;
const refused = errorCode('INVALID_REQUEST');

it('a connection that is open has the limits of Standard within five seconds of the change', async () => {
  const { cluster_id: id, person, port } = served;
  const body = { spec: { resource: { id } } };
  const key = await person.call(createApiKey, { body });
  const credential = { keyId: key.id, secret: key.spec.secret ?? '' };
  const place = { host: 'localhost', port, trust: null };
  const session = new KafkaSession(place, credential, AbortSignal.timeout(30_000));
  // A group's offsets are told for as many partitions as the cluster may have.
  const partitionIndexes = Array.from({ length: limitsOfBasic.partitionsMax + 1 }, (_, at) => at);
  const asked = { groupId: 'g', topics: [{ name: 't', partitionIndexes }], groups: [], requireStable: false };
  const ask = async () => (await session.ask(null, offsetFetchApi, 7, asked)).errorCode;
  expect(limitsOfStandard.partitionsMax).toBeGreaterThan(limitsOfBasic.partitionsMax);
  expect(await ask()).toBe(refused);
  const changed = await person.call(updateCluster, {
    params: { id },
    body: { spec: { config: { kind: 'Standard' } } },
  });
  expect(changed.spec.config).toEqual({ kind: 'Standard' });
  await expect.poll(ask, { timeout: reachedMsMax, interval: 50 }).not.toBe(refused);
  expect(await served.api.cell.findCluster(id)).toMatchObject({ limits: limitsOfStandard });
  await session.close();
});
