import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { listOffsetsApi } from '@weir/kafka-protocol/apis/02-list-offsets';
import { deleteRecordsApi } from '@weir/kafka-protocol/apis/21-delete-records';
import { errorCode } from '@weir/kafka-protocol/errors';
import { expect, test } from 'vitest';
import { batchOf } from '../testing/log-for-tests.ts';
import { ThreeBrokers } from './three-brokers.ts';
import { WireClient } from './wire-client.ts';

const seeds = [1, 2, 3, 4, 5];

async function begin(seed: number) {
  const of = await ThreeBrokers.begin({ seed });
  await of.until(async () => (await of.row()).isr.length === 3);
  await of.pass(5_000);
  const connect = (brokerId: number) =>
    of.run(WireClient.connect(of.world, of.cell.network, 'client', `broker-${brokerId}`));
  const { leader } = await of.row();
  const client = await connect(leader);
  for (let batch = 0; batch < 4; batch += 1) {
    const partitionData = [{ index: 0, records: batchOf({ count: 5 }) }];
    const request = { transactionalId: null, acks: -1, timeoutMs: 1_000 };
    const answer = await of.run(
      client.request(produceApi, 8, { ...request, topicData: [{ name: 'topic', partitionData }] }),
    );
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }
  const remove = async (offset: number, timeoutMs = 5_000) => {
    const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0, offset }] }];
    const answer = await of.run(client.request(deleteRecordsApi, 1, { topics, timeoutMs }));
    return answer.topics[0]?.partitions[0];
  };
  const startAt = async (brokerId: number) => {
    const at = await connect(brokerId);
    const topics = [{ name: 'topic', partitions: [{ partitionIndex: 0, timestamp: -2 }] }];
    const answer = await of.run(at.request(listOffsetsApi, 5, { replicaId: -1, topics }));
    return answer.topics[0]?.partitions[0];
  };
  return { of, leader, remove, startAt };
}

test.each(seeds)(
  'what was deleted stays deleted under the next leader, who begins in the middle of a batch as well: seed %i',
  async (seed) => {
    const { of, leader, remove, startAt } = await begin(seed);
    expect(await remove(7)).toMatchObject({ errorCode: 0, lowWatermark: 7 });
    of.broker(leader).end('killed');
    await of.until(async () => {
      const row = await of.row();
      return row.leader >= 0 && row.leader !== leader;
    });
    const next = (await of.row()).leader;
    await of.until(async () => (await startAt(next))?.errorCode === 0);
    expect(await startAt(next)).toMatchObject({ offset: 7 });
  },
);

test('a replica that was away learns of the deletion when it comes back', async () => {
  const { of, leader, remove, startAt } = await begin(6);
  const away = (leader % 3) + 1;
  of.broker(away).end('stopped');
  await of.until(async () => !(await of.row()).isr.includes(away));
  expect(await remove(12)).toMatchObject({ errorCode: 0, lowWatermark: 12 });
  await of.until(async () => !of.broker(away).isThere);
  of.broker(away).start();
  await of.until(async () => (await of.row()).isr.length === 3);
  await of.pass(2_000);
  for (const other of [1, 2, 3]) {
    if (other === away) continue;
    of.broker(other).end('stopped');
    await of.until(async () => !of.broker(other).isThere);
  }
  await of.until(async () => (await of.row()).leader === away);
  await of.until(async () => (await startAt(away))?.errorCode === 0);
  expect(await startAt(away)).toMatchObject({ offset: 12 });
});

test('no deletion is acknowledged before a replica that is away and may lead next has let go of them as well', async () => {
  const { of, leader, remove, startAt } = await begin(7);
  const [first = 0, last = 0] = [1, 2, 3].filter((brokerId) => brokerId !== leader);
  of.broker(first).end('killed');
  await of.until(async () => !(await of.row()).isr.includes(first));
  of.broker(last).end('killed');
  await of.until(async () => (await of.row()).eligibleReplicas.includes(last));
  expect(await remove(12, 3_000)).toMatchObject({ errorCode: errorCode('REQUEST_TIMED_OUT') });
  of.broker(last).start();
  await of.until(async () => (await of.row()).isr.includes(last));
  expect(await remove(12)).toMatchObject({ errorCode: 0, lowWatermark: 12 });
  of.broker(leader).end('power-cut');
  await of.until(async () => (await of.row()).leader === last);
  await of.until(async () => (await startAt(last))?.errorCode === 0);
  expect(await startAt(last)).toMatchObject({ offset: 12 });
});
