import { clientTlsNetwork } from '@weir/broker/node-deps/client-tls-network';
import { nodeClock } from '@weir/broker/node-deps/node-clock';
import { createCluster } from '@weir/contracts/clusters';
import { produceRecord, readRecords } from '@weir/contracts/records';
import { createTopic } from '@weir/contracts/topics';
import { findFreePort } from '@weir/local-servers/free-port';
import { createAuthority } from '@weir/testing/certificates';
import { expect, it, onTestFinished } from 'vitest';
import { startTestApi, type TestApi } from '../testing/api-for-tests.ts';
import { startTestBroker } from '../testing/broker-for-tests.ts';

const quiet = () => undefined;
const log = { info: quiet, warn: quiet, error: quiet };
const authority = await createAuthority('cell');

/** An API that trusts somebody, and the broker of its cell, which takes clients by TLS alone. */
async function start(trusted: string) {
  const port = await findFreePort();
  const brokerAccess = { isTls: true, ca: trusted, domain: null };
  const api = await startTestApi({ settings: { bootstrapEndpoint: `localhost:${port}`, brokerAccess } });
  const source = { current: await authority.issue('localhost'), onChange: quiet };
  const network = clientTlsNetwork(source, { clock: nodeClock, log });
  const broker = await startTestBroker(api.cell, port, network);
  onTestFinished(async () => {
    await broker.stop();
    await api.close();
  });
  return { port, api };
}

async function newCluster(of: TestApi) {
  const person = await of.signUp();
  const cluster = await person.call(createCluster, { body: { spec: { display_name: 'c' } } });
  const params = { cluster_id: cluster.id, topic_name: 'orders' };
  await person.call(createTopic, { params, body: { topic_name: 'orders', partitions_count: 1 } });
  const say = () =>
    person.try(produceRecord, {
      params,
      body: { partition_id: 0, value: { type: 'STRING', data: 'hello' } },
    });
  const read = () => person.call(readRecords, { params });
  return { cluster, say, read };
}

it('records are written and read by TLS, and people are told so, with the certificate to trust', async () => {
  const { port, api } = await start(authority.ca);
  const { cluster, say, read } = await newCluster(api);
  expect((await say()).status).toBe(200);
  expect((await read()).data).toHaveLength(1);
  expect(cluster.spec.kafka_bootstrap_endpoint).toBe(`SASL_SSL://localhost:${port}`);
  expect(cluster.spec.kafka_ca_endpoint).toBe('http://localhost:14000/kafka-ca.pem');
  const shown = await api.anonymous.send('GET', '/kafka-ca.pem');
  expect([shown.status, shown.text]).toEqual([200, authority.ca]);
});

it('a broker that shows a certificate of somebody else is told nothing', async () => {
  const elsewhere = await createAuthority('elsewhere');
  const { api } = await start(elsewhere.ca);
  const { say } = await newCluster(api);
  expect((await say()).status).toBe(503);
});
