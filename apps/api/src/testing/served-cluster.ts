import { createCluster } from '@weir/contracts/clusters';
import { produceRecord } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { startTestApi } from './api-for-tests.ts';
import { startTestBroker } from './broker-for-tests.ts';

export interface TopicParams {
  readonly cluster_id: string;
  readonly topic_name: string;
}

/** Somebody's cluster behind an API and a real broker. */
export async function startServedCluster() {
  const port = await findFreePort();
  const api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}` } });
  const broker = await startTestBroker(api.cell, port);
  const person = await api.signUp();
  const { id: cluster_id } = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  return {
    api,
    person,
    cluster_id,
    /** Of the broker. */
    port,
    async newTopic(topic_name: string, partitions_count = 1): Promise<TopicParams> {
      await person.call(createTopic, { params: { cluster_id }, body: { topic_name, partitions_count } });
      return { cluster_id, topic_name };
    },
    say: (params: TopicParams, data: string, partition_id = 0) =>
      person.call(produceRecord, { params, body: { partition_id, value: { type: 'STRING', data } } }),
    async stop(): Promise<void> {
      await broker.stop();
      await api.close();
    },
  };
}

export type ServedCluster = Awaited<ReturnType<typeof startServedCluster>>;
