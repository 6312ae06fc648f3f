import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { accepted } from '@weir/metadata-store/conformance-fixtures';
import type { MetadataStore } from '@weir/metadata-store/port';
import { openPostgresMetadataStore } from '@weir/metadata-store/postgres/open';
import { kafkaVersion, mavenJar } from '@weir/testing/kafka-jars';
import { secretOf, startTokenProvider, type TokenProvider } from '@weir/testing/token-provider-for-tests';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { BrokerPrograms } from './testing/broker-programs.ts';
import { furnishTenant, tenant } from './testing/furnish-tenant.ts';

// A real broker, a real OAuth server, and clients that get tokens of it for the service account `sa-1`.

const jackson = ['core', 'databind', 'annotations'].map((name) => `jackson-${name}:2.17.3`);
const jars = [
  `org.apache.kafka:kafka-clients:${kafkaVersion}`,
  'org.slf4j:slf4j-api:1.7.36',
  'org.bitbucket.b_c:jose4j:0.9.6',
  ...jackson.map((name) => `com.fasterxml.jackson.core:${name}`),
].map(mavenJar);
const hasJava = !jars.includes(null);

/** So short that clients come with another one while they work; Java does once four fifths of it are over. */
const tokenSeconds = 8;
const clientIds = ['sa-1', 'sa-2', 'ada'];
let programs: BrokerPrograms;
let store: MetadataStore;
let provider: TokenProvider;
let address: string;

beforeAll(async () => {
  provider = await startTokenProvider({ clientIds, audience: tenant.clusterId, secondsMax: tokenSeconds });
  programs = await BrokerPrograms.open(inject('redisUrl'));
  store = openPostgresMetadataStore({ url: programs.database.url, schema: 'cell_local' });
  await furnishTenant(store);
  const env = { WEIR_OAUTH_ISSUER: provider.issuer, WEIR_OAUTH_JWKS_URL: provider.jwksUrl };
  const program = await programs.start(env);
  while (!program.text().includes('"broker.ready"')) await new Promise((resolve) => setTimeout(resolve, 50));
  address = `localhost:${program.port}`;
  for (const name of ['of-kafkajs', 'of-java']) {
    const topic = { clusterId: tenant.clusterId, name, partitionCount: 1, replicationFactor: -1 };
    accepted(await store.createTopic({ ...topic, configs: {}, validateOnly: false }));
  }
}, 60_000);
afterAll(async () => {
  await store.close();
  await programs.close();
  await provider.stop();
}, 60_000);

function kafkaAs(clientId: string, retries = 0): Kafka {
  const oauthBearerProvider = async () => ({ value: await provider.token(clientId) });
  const sasl = { mechanism: 'oauthbearer' as const, oauthBearerProvider };
  return new Kafka({ brokers: [address], sasl, retry: { retries }, logLevel: logLevel.NOTHING });
}

test('KafkaJS works by a token, and goes on when it has ended by coming with another', async () => {
  const producer = kafkaAs('sa-1').producer();
  await producer.connect();
  const untilMs = performance.now() + tokenSeconds * 1_500;
  let sent = 0;
  while (performance.now() < untilMs) {
    await producer.send({ topic: 'of-kafkajs', messages: [{ value: String(sent) }] });
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await producer.disconnect();
  const admin = kafkaAs('sa-1').admin();
  await admin.connect();
  const [end] = await admin.fetchTopicOffsets('of-kafkajs');
  await admin.disconnect();
  expect(Number(end?.high)).toBe(sent);
});

test('a service account may do what ACLs allow it and nothing else, and nobody but service accounts comes by a token', async () => {
  const nobody = kafkaAs('sa-2').producer();
  await nobody.connect();
  const sent = nobody.send({ topic: 'of-kafkajs', messages: [{ value: 'no' }] });
  await expect(sent).rejects.toThrow(/not host this topic-partition|not authorized/i);
  await nobody.disconnect();
  const person = kafkaAs('ada').admin();
  // KafkaJS takes any answer for a welcome (Kafka's is the same), and is cut off with what it asks next.
  await person.connect();
  await expect(person.listTopics()).rejects.toThrow();
  await person.disconnect();
});

test.runIf(hasJava)(
  'Java gets its tokens by itself (KIP-768), and comes with new ones on connections that it has (KIP-368)',
  async () => {
    const program = join(import.meta.dirname, 'testing/TokenClient.java');
    const allowed = `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${provider.tokenUrl}`;
    const flags = ['-XX:TieredStopAtLevel=1', allowed, '-cp', jars.join(':'), program];
    const said = [address, provider.tokenUrl, 'sa-1', secretOf('sa-1'), tenant.clusterId, 'of-java', '12'];
    const { stdout } = await promisify(execFile)('java', [...flags, ...said], { timeout: 55_000 });
    expect(stdout).toMatch(/again [1-9]/);
    expect(stdout).toContain('read 120');
  },
);
