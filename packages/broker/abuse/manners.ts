import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { fetchApi } from '@weir/kafka-protocol/apis/01-fetch';
import { joinGroupApi } from '@weir/kafka-protocol/apis/11-join-group';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { batchOf } from '../src/testing/log-for-tests.ts';
import { requestFrame } from '../src/testing/raw-client.ts';
import type { AbuseStage } from './abuse-stage.ts';
import type { AbuseCase } from './case.ts';
import type { Client } from './client.ts';
import { flood, floodFrom, workFrom } from './flood.ts';
import { type AdvertisedApi, encodeFrame } from './generate.ts';
import { advertised } from './generated-cases.ts';
import { loopbackAddress } from './loopback-address.ts';
import { soundRequest } from './sound-request.ts';
import { bareId, ownerIds, plainToken, wrongToken } from './tenants.ts';

// How requests are sent, whatever they say: too fast, never read, never finished, begun anew, kept for ever.

const [ownerId, secondId] = ownerIds;
const topic = 'own';
const group = 'own-group';
const manyConnections = 900;
const largest = 0x7fff_ffff;

/** The newest version of a request that is sound. */
async function soundFrame(stage: AbuseStage, { api, max }: AdvertisedApi): Promise<Buffer> {
  const owner = await stage.signIn(ownerId);
  const topicId = await stage.topic(owner, topic, 4);
  return encodeFrame(api, max, soundRequest(api.requestFields, max, { topic, topicId, group }));
}

const pipelined = (target: AdvertisedApi, connections: number, isShort: boolean): AbuseCase => ({
  name: `pipelined/${target.api.name}/${connections}`,
  does: `sound ${target.api.name} requests at full speed on ${connections} connections`,
  ...(isShort ? { isShort } : {}),
  async run(stage) {
    const frame = await soundFrame(stage, target);
    await floodFrom(stage, connections, () => stage.signIn(ownerId), frame);
  },
});

const named = (name: string) => advertised.filter(({ api }) => api.name === name);

const pipelinedCases: readonly AbuseCase[] = [
  ...advertised.map((target) => pipelined(target, 20, target.api.name === 'Metadata')),
  ...['Metadata', 'Produce', 'Fetch'].flatMap((name) =>
    named(name).flatMap((target) => [pipelined(target, 1, false), pipelined(target, 200, false)]),
  ),
  {
    name: 'pipelined/strangers',
    does: 'ApiVersions at full speed by 200 connections that never sign in',
    isShort: true,
    async run(stage) {
      const frame = requestFrame(apiVersionsApi, 3, { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
      await floodFrom(stage, 200, () => stage.open(), frame);
    },
  },
  {
    name: 'pipelined/without-a-grant',
    does: 'all APIs at full speed on 40 connections of a key without a grant',
    async run(stage) {
      const frames: Buffer[] = [];
      for (const target of advertised) frames.push(await soundFrame(stage, target));
      await workFrom(
        stage,
        40,
        () => stage.signIn(bareId),
        (client, index) => flood(stage, client, frames[index % frames.length] ?? Buffer.alloc(0)),
      );
    },
  },
];

/** A megabyte of records to be fetched again and again. */
async function fill(stage: AbuseStage, megabytes: number): Promise<void> {
  const owner = await stage.signIn(ownerId);
  await stage.topic(owner, topic, 4);
  const records = batchOf({ valueBytes: 1_000_000, timestamp: Date.now() });
  for (let count = 0; count < megabytes; count += 1) {
    const partitionData = [{ index: count % 4, records }];
    await owner.request(produceApi, 9, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData }],
    });
  }
  owner.end();
}

export const fetchFrom = (fetchOffset: number, partition: number, minBytes: number, maxWaitMs: number) => ({
  maxWaitMs,
  minBytes,
  maxBytes: 50_000_000,
  topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: 50_000_000 }] }],
  forgottenTopicsData: [],
});

const neverRead: readonly AbuseCase[] = [
  {
    name: 'never-read/fetches',
    does: '200 connections fetch 16 MiB at a time and read nothing of it',
    isShort: true,
    prepare: (stage) => fill(stage, 40),
    run: (stage) =>
      floodFrom(
        stage,
        200,
        () => stage.signIn(ownerId),
        requestFrame(fetchApi, 12, fetchFrom(0, 0, 1, 0)),
        false,
      ),
  },
  {
    name: 'never-read/metadata',
    does: '200 connections ask for all topics and read nothing',
    async run(stage) {
      const [target] = named('Metadata');
      if (target === undefined) throw new Error('there is no Metadata');
      const frame = encodeFrame(target.api, target.max, { topics: null });
      await floodFrom(stage, 200, () => stage.signIn(ownerId), frame, false);
    },
  },
];

/** Bytes that begin a frame and never end it, from as many connections as there may be. */
async function begun(stage: AbuseStage, clients: readonly Client[], bytes: Buffer): Promise<void> {
  for (const client of clients) stage.send(client, bytes);
  // One byte now and then, so that they do not look idle.
  while (!stage.isOver) {
    for (const client of clients) if (!client.isClosed) stage.send(client, Buffer.from([0]), 0);
    await stage.pause(500);
  }
}

const half = (claimed: number, sent: number) => {
  const bytes = Buffer.alloc(4 + sent);
  bytes.writeInt32BE(claimed, 0);
  return bytes;
};

const neverFinished: readonly AbuseCase[] = [
  {
    name: 'never-finished/half-frames',
    does: '900 connections begin a produce of 32 MiB, send one of it and go on by the byte',
    async run(stage) {
      const clients = await stage.signInMany(ownerId, manyConnections);
      await begun(stage, clients, half(32 * 1024 * 1024, 1024 * 1024));
    },
  },
  {
    name: 'never-finished/half-headers',
    does: '900 connections send five bytes of a header',
    async run(stage) {
      await begun(stage, await stage.signInMany(ownerId, manyConnections), half(100, 1));
    },
  },
  {
    name: 'never-finished/strangers',
    does: 'a thousand connections of many addresses begin a frame and never say who they are',
    isShort: true,
    async run(stage) {
      const clients: Client[] = [];
      for (let index = 0; index < 1_000 && !stage.isOver; index += 1) {
        await stage.open(loopbackAddress(index)).then(
          (client) => clients.push(client),
          (cause: unknown) => stage.erred(cause),
        );
      }
      await begun(stage, clients, half(60_000, 30_000));
    },
  },
];

async function tryToSignIn(client: Client, authBytes: Buffer): Promise<void> {
  await client.request(saslHandshakeApi, 1, { mechanism: 'PLAIN' });
  await client.request(saslAuthenticateApi, 2, { authBytes });
}

const begunAgain: readonly AbuseCase[] = [
  {
    name: 'begun-again/connections',
    does: 'connections opened and dropped as fast as 20 can',
    run: (stage) =>
      workFrom(
        stage,
        20,
        () => stage.open(),
        async (client) => client.end(),
      ),
  },
  {
    name: 'begun-again/sign-ins',
    does: 'connections that sign in and leave, as fast as 20 can',
    run: (stage) =>
      workFrom(
        stage,
        20,
        () => stage.signIn(ownerId),
        async (client) => client.end(),
      ),
  },
  {
    name: 'begun-again/wrong-secrets',
    does: '150 connections of one address sign in with wrong secrets',
    isShort: true,
    run: (stage) =>
      workFrom(
        stage,
        150,
        () => stage.open(),
        async (client, index, round) => {
          await tryToSignIn(client, wrongToken(ownerId, round * 1_000 + index));
          client.end();
        },
      ),
  },
  {
    name: 'begun-again/wrong-secrets-of-many-addresses',
    does: '250 connections of 250 addresses sign in with wrong secrets, in the name of the quiet tenant as well',
    run: (stage) =>
      workFrom(
        stage,
        250,
        (index) => stage.open(loopbackAddress(index)),
        async (client, index, round) => {
          const name = index % 2 === 0 ? ownerId : 'lkc-victim';
          await tryToSignIn(client, wrongToken(name, round * 1_000 + index));
          client.end();
        },
      ),
  },
  {
    name: 'begun-again/handshakes',
    does: '100 connections that are signed in sign in again and again',
    run: (stage) =>
      workFrom(
        stage,
        100,
        () => stage.signIn(ownerId),
        (client) => tryToSignIn(client, plainToken(ownerId)),
      ),
  },
];

const keptForEver: readonly AbuseCase[] = [
  {
    name: 'kept-for-ever/fetches',
    does: '900 fetches that wait for 2^31 − 1 bytes as long as they may; then the client is killed',
    isShort: true,
    async run(stage) {
      const clients = await stage.signInMany(ownerId, manyConnections);
      const [first] = clients;
      if (first !== undefined) await stage.topic(first, topic, 4);
      const frame = requestFrame(fetchApi, 12, fetchFrom(0, 0, largest, largest));
      // What comes behind the first must wait for it.
      for (const client of clients) for (let count = 0; count < 20; count += 1) stage.send(client, frame);
      await stage.pause(stage.leftMs);
    },
  },
  {
    name: 'kept-for-ever/joins',
    does: '800 members join groups with the longest times there are, of whom nobody goes on; then they are killed',
    async run(stage) {
      const clients = await stage.signInMany(secondId, 800);
      await Promise.all(
        clients.map(async (client, index) => {
          const join = (memberId: string) => ({
            groupId: `kept-${index % 40}`,
            sessionTimeoutMs: largest,
            rebalanceTimeoutMs: largest,
            memberId,
            protocolType: 'consumer',
            protocols: [{ name: 'range', metadata: Buffer.alloc(1_000) }],
          });
          const begun = await stage.within(client.request(joinGroupApi, 5, join('')));
          if (begun === 'late' || begun === null) return;
          stage.send(client, requestFrame(joinGroupApi, 5, join(begun.memberId)));
        }),
      );
      await stage.pause(stage.leftMs);
    },
  },
];

export const manners: readonly AbuseCase[] = [
  ...pipelinedCases,
  ...neverRead,
  ...neverFinished,
  ...begunAgain,
  ...keptForEver,
];
