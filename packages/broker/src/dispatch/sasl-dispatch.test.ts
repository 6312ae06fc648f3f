import { createScramVerifier } from '@weir/credentials/scram';
import type { Api } from '@weir/kafka-protocol/api';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { Reader } from '@weir/kafka-protocol/reader';
import { Writer } from '@weir/kafka-protocol/writer';
import { brokerOf } from '@weir/metadata-store/conformance-fixtures';
import { perLimit } from '@weir/metadata-store/limit-shares';
import { createMemoryMetadataStore } from '@weir/metadata-store/memory/store';
import { expect, test } from 'vitest';
import { Cell } from '../cluster/cell.ts';
import { type Door, unnamedDoor } from '../cluster/door.ts';
import { TailCache } from '../log/tail-cache.ts';
import { FramePool } from '../memory/frame-pool.ts';
import { Metering } from '../metering/metering.ts';
import { noUsage } from '../metering/no-usage.ts';
import { Vacating } from '../partition/vacating.ts';
import { Authenticator } from '../security/authenticator.ts';
import { BearerAuthenticator } from '../security/bearer-authenticator.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { clusterRecord, noMetadata } from '../testing/identity-for-tests.ts';
import type { ClientState } from './client-state.ts';
import { SaslDispatch } from './sasl-dispatch.ts';

const random = { bytes: (length: number) => Buffer.alloc(length, 7), below: () => 0 };

/** A broker's door: `whileChecking` happens between finding the credential and judging the secret. */
async function door(
  whileChecking: (
    metadata: ReturnType<typeof createMemoryMetadataStore>,
    client: ClientState,
  ) => Promise<void>,
  cameBy: Door = unnamedDoor,
) {
  const engine = new Engine();
  const metadata = createMemoryMetadataStore();
  const { clock, log, disk } = engine;
  const deps = { ...noMetadata, clock, log, disk, random, usage: noUsage, metadata };
  const environment = {
    deps,
    brokerId: 1,
    pool: new FramePool(0),
    cache: new TailCache(0),
    vacating: new Vacating(deps.log),
  };
  const cell = new Cell(environment, { durability: 'fsync', authorizer: null });
  await metadata.applyCluster(clusterRecord('lkc-a', { connectionsMax: 1 }));
  const secret = {
    number: 1,
    scramSha256: await createScramVerifier('right', 'SHA-256', random.bytes(16)),
    scramSha512: await createScramVerifier('right', 'SHA-512', random.bytes(16)),
  };
  for (const keyId of ['KEY', 'KEY2']) {
    const owner = { clusterId: 'lkc-a', principal: 'User:sa-1' };
    await metadata.applyCredential({ keyId, ...owner, secrets: [secret], expiresAt: null });
  }
  await cell.start();
  const client: ClientState = {
    connectionId: 1,
    host: '192.0.2.1',
    door: cameBy,
    identity: null,
    sasl: { kind: 'none' },
    expiresAt: null,
    membership: null,
    software: null,
    secretUse: null,
    hasEnded: false,
    endListeners: new Set(),
    close: () => undefined,
  };
  const authenticator = new Authenticator({
    clock,
    random,
    workers: noMetadata.workers,
    decoyKey: random.bytes(32),
    findNewestCredential: (keyId) => cell.findNewestCredential(keyId),
    findCredential: async (keyId) => {
      const found = await cell.findCredential(keyId);
      await whileChecking(metadata, client);
      await cell.catchUp();
      return found;
    },
  });
  const metering = new Metering({ clock, log, usage: noUsage }, 1, 1);
  const claims = { subject: 'sa-1', audiences: ['lkc-a'], expiresAt: clock.now() + 60_000 };
  const bearer = new BearerAuthenticator({ verify: async (token) => (token === 'good' ? claims : null) });
  const sasl = new SaslDispatch(authenticator, cell, metering, bearer);
  const say = async <Body>(api: Api<unknown, unknown, Body, unknown>, version: number, body: Body) => {
    const writer = new Writer().startPlain();
    api.encodeRequest(writer, version, body);
    const reader = new Reader(Buffer.concat(writer.finish()));
    const header = { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: null };
    const none = { buffers: [], frames: [], throttleMs: 0 };
    return sasl.request(client, header, reader, (_, close) => ({ ...none, close }));
  };
  const signIn = async (secret: string, keyId = 'KEY') => {
    await say(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
    const answer = await say(saslAuthenticateApi, 2, { authBytes: Buffer.from(`\0${keyId}\0${secret}`) });
    if (answer.close === null) return 'admitted';
    return answer.close === 'authentication failed' ? 'refused' : 'put off';
  };
  const sayToken = (token: string) =>
    say(saslAuthenticateApi, 2, { authBytes: Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`) });
  const signInBy = async (token: string) => {
    await say(saslHandshakeApi, 1, { mechanism: 'OAUTHBEARER' });
    const answer = await sayToken(token);
    return answer.close ?? (client.sasl.kind === 'challenged' ? 'challenged' : 'admitted');
  };
  const connections = () => cell.clusters.get('lkc-a')?.connections.size;
  return { client, cell, metering, signIn, signInBy, sayToken, connections };
}

test('the right secret makes a connection one of its cluster, a wrong one does not', async () => {
  const right = await door(async () => undefined);
  expect([await right.signIn('right'), right.connections()]).toEqual(['admitted', 1]);
  expect(right.client.identity?.principal).toBe('User:sa-1');
  const wrong = await door(async () => undefined);
  expect([await wrong.signIn('wrong'), wrong.connections(), wrong.client.identity]).toEqual([
    'refused',
    0,
    null,
  ]);
});

test('by a name of another cluster a right secret is refused like a wrong one', async () => {
  const { hostOf } = unnamedDoor;
  const other = await door(async () => undefined, { clusterId: 'lkc-b', hostOf });
  expect([await other.signIn('right'), other.client.identity]).toEqual(['refused', null]);
  const own = await door(async () => undefined, { clusterId: 'lkc-a', hostOf });
  expect(await own.signIn('right')).toBe('admitted');
});

test('a token that does not hold is told so first, and refused then, whatever comes', async () => {
  const { client, sayToken, signInBy, connections } = await door(async () => undefined);
  expect(await signInBy('bad')).toBe('challenged');
  expect((await sayToken('good')).close).toBe('authentication failed');
  expect([client.identity, connections()]).toEqual([null, 0]);
});

test('a connection that came by a token ends with it, and comes with another, but with no key', async () => {
  const { client, signIn, signInBy, connections } = await door(async () => undefined);
  expect([await signInBy('good'), connections()]).toEqual(['admitted', 1]);
  const { identity, expiresAt } = client;
  expect([identity?.principal, identity?.keyId]).toEqual(['User:sa-1', null]);
  expect(expiresAt).toBeGreaterThan(0);
  expect([await signInBy('good'), connections()]).toEqual(['admitted', 1]);
  expect(await signIn('right')).toBe('refused');
});

test('a key that is revoked while its secret is checked does not get in', async () => {
  const { signIn, connections } = await door((metadata) => metadata.removeCredential('KEY'));
  expect([await signIn('right'), connections()]).toEqual(['refused', 0]);
});

test('a cluster that is deleted while a secret is checked does not get in', async () => {
  const { signIn } = await door((metadata) => metadata.removeCluster('lkc-a'));
  expect(await signIn('right')).toBe('refused');
});

test('who is above the share of this broker, and not of the limit, is not refused: his connection ends, and he comes again', async () => {
  const { cell, signIn, connections } = await door((metadata) =>
    metadata.registerBroker(brokerOf(2)).then(() => undefined),
  );
  const registered = await cell.environment.deps.metadata.registerBroker(brokerOf(1));
  expect(registered.ok).toBe(true);
  expect([await signIn('right'), connections()]).toEqual(['put off', 0]);
  const waited: string[] = [];
  cell.sharing = {
    hurry: () => undefined,
    waitForConnection: async (cluster) => {
      waited.push(cluster.id);
      const inUseElsewhere = perLimit(() => 0);
      cluster.setShares({
        clusterId: cluster.id,
        hasTold: true,
        shares: { connectionsMax: 1 },
        inUseElsewhere,
      });
    },
  };
  expect([await signIn('right'), connections()]).toEqual(['admitted', 1]);
  expect(waited).toEqual(['lkc-a']);
});

test('who hangs up while his secret is checked leaves no connection behind', async () => {
  const { signIn, connections } = await door(async (_, client) => {
    client.hasEnded = true;
  });
  expect([await signIn('right'), connections()]).toEqual(['refused', 0]);
});

test('who comes back with another key of its owner is one connection still, and counts for that key from then on', async () => {
  const { client, metering, signIn, connections } = await door(async () => undefined);
  const connected = () =>
    ['KEY', 'KEY2'].map((keyId) => metering.client('lkc-a', 'User:sa-1', keyId).connections);
  await signIn('right');
  expect([connected(), client.identity?.keyId]).toEqual([[1, 0], 'KEY']);
  expect(await signIn('right', 'KEY2')).toBe('admitted');
  expect([connected(), client.identity?.keyId, connections()]).toEqual([[0, 1], 'KEY2', 1]);
});
