import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Api } from '@weir/kafka-protocol/api';
import { produceApi } from '@weir/kafka-protocol/apis/00-produce';
import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { allApis } from '@weir/kafka-protocol/apis/all-apis';
import type { Field, Fields } from '@weir/kafka-protocol/schema';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import { Client } from '../../abuse/client.ts';
import type { BrokerOrder, BrokerWord, Memory } from '../../abuse/messages.ts';
import type { Random } from '../../abuse/random.ts';
import { type MessageValue, soundRequest, type World } from '../../abuse/sound-request.ts';
import { StageProcess } from '../../abuse/stage-process.ts';
import { ownerIds, victimId } from '../../abuse/tenants.ts';
import { advertisedApis } from '../../src/dispatch/advertised.ts';
import { requestFrame } from '../../src/testing/raw-client.ts';
import { damaged } from '../damage.ts';
import { damagedBatch, drawnBatch } from '../drawn-batch.ts';
import type { Target } from '../target.ts';
import { Neighbour, neighbourMark } from './neighbour.ts';

const [senderId] = ownerIds;
const heapMb = 1_024;
const framesMax = 6;
/** Nobody waits for an answer that waits for others, as of a group that is joined. */
const answerMsMax = 150;
/** What a tenant may keep within the limits of its cluster, and caches: more than that is kept for nothing. */
const grownBytesMax = 300 * 1024 * 1024;

const drawnApis: readonly { readonly api: Api; readonly min: number; readonly max: number }[] =
  allApis.flatMap((api) => {
    const versions = advertisedApis.find(({ apiKey }) => apiKey === api.key);
    if (versions === undefined) return [];
    // Produce v0 to v2 are listed for a client that is buggy (KAFKA-18659), and are no requests.
    return [{ api, min: Math.max(versions.minVersion, api.versionMin), max: versions.maxVersion }];
  });

/** Until so many answers have come, the connection has ended, or it is time to go on. */
function answered(client: Client, count: number): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.socket.on('data', () => {
    if (client.answers >= count) resolve();
  });
  const timer = setTimeout(resolve, answerMsMax);
  return Promise.race([promise, client.closed]).finally(() => clearTimeout(timer));
}

/** The request with the records of every partition damaged. */
function withBatches(fields: Fields, value: MessageValue, random: Random): MessageValue {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withBatch(fields[name], inner, random)]),
  );
}

function withBatch(field: Field | undefined, value: unknown, random: Random): unknown {
  if (field?.type === 'records') return damagedBatch(drawnBatch(random, Date.now()), random);
  const { fields } = field ?? {};
  if (fields === null || fields === undefined) return value;
  const one = (inner: unknown) =>
    typeof inner === 'object' && inner !== null ? withBatches(fields, inner as MessageValue, random) : inner; // soundRequest made it of these fields.
  return Array.isArray(value) ? value.map(one) : one(value);
}

const topicName = (number: number) => `fuzz-${number}`;
const topicsCount = 4;

/** Of the sender's topics, made where they are not there. */
async function topicIds(port: number): Promise<readonly string[]> {
  const client = await Client.signIn(port, senderId);
  const names = Array.from({ length: topicsCount }, (_, number) => topicName(number));
  const rest = { numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
  const topics = names.map((name) => ({ name, ...rest }));
  await client.request(createTopicsApi, 7, { topics, timeoutMs: 10_000, validateOnly: false });
  const asked = names.map((name) => ({ topicId: zeroUuid, name }));
  const answer = await client.request(metadataApi, 12, { topics: asked, allowAutoTopicCreation: false });
  client.end();
  return answer?.topics.map(({ topicId }) => topicId) ?? [];
}

function drawnFrame(world: World, random: Random): Buffer {
  const drawn = drawnApis[random.below(drawnApis.length)];
  if (drawn === undefined) throw new Error('there is no API');
  const { api, min, max } = random.below(6) === 0 ? { api: produceApi as Api, min: 3, max: 13 } : drawn;
  const version = min + random.below(max - min + 1);
  const sound = soundRequest(api.requestFields, version, world);
  const frame = requestFrame(api, version, withBatches(api.requestFields, sound, random), 7);
  if (random.below(8) === 0) return damaged(frame, random);
  // A good size leads further in, and mostly a good header.
  const headBytes = random.below(6) === 0 ? 4 : 4 + 2 + 2 + 4;
  const body = random.below(5) === 0 ? frame.subarray(headBytes) : damaged(frame.subarray(headBytes), random);
  const out = Buffer.concat([frame.subarray(0, headBytes), body]);
  out.writeInt32BE(out.length - 4);
  return out;
}

/** A broker of its own, to which one tenant sends what is wrong, beside another who must not notice. */
class Connections implements Target {
  readonly name = 'connections';
  readonly does =
    'damaged requests of all APIs to a broker, by a tenant and by strangers, beside another tenant';
  readonly cpuMsMax = null;
  #dir = '';
  #broker: StageProcess<BrokerOrder, BrokerWord> | null = null;
  #port = 0;
  #neighbour: Neighbour | null = null;
  #topicIds: readonly string[] = [];
  #before: Memory | null = null;

  async open(): Promise<void> {
    this.#dir = mkdtempSync(join(tmpdir(), 'weir-fuzz-'));
    const nodeArgs = [`--max-old-space-size=${heapMb}`, '--expose-gc'];
    const broker = new StageProcess<BrokerOrder, BrokerWord>('stage-broker', [this.#dir, '0'], place, {
      nodeArgs,
    });
    this.#broker = broker;
    this.#port = (await broker.hear('ready')).port;
    this.#neighbour = await Neighbour.settle(this.#port, victimId);
    this.#topicIds = await topicIds(this.#port);
  }

  async attempt(random: Random): Promise<string | null> {
    const isStranger = random.below(10) === 0;
    const client = isStranger ? await Client.open(this.#port) : await Client.signIn(this.#port, senderId);
    const heard: Buffer[] = [];
    client.socket.on('data', (chunk: Buffer) => heard.push(chunk));
    const frames = Array.from({ length: 1 + random.below(framesMax) }, () => {
      const number = random.below(this.#topicIds.length);
      const names = { topic: topicName(number), group: `group-${number}` };
      return drawnFrame({ ...names, topicId: this.#topicIds[number] ?? zeroUuid }, random);
    });
    client.send(Buffer.concat(frames));
    await answered(client, client.answers + frames.length);
    client.end();
    await client.closed;
    return Buffer.concat(heard).includes(neighbourMark)
      ? 'it was sent what is its neighbour’s'
      : this.#complaint();
  }

  /** The neighbour has what it wrote, and the broker keeps no more than its tenants may have. */
  async look(): Promise<string | null> {
    const broker = this.#broker;
    if (broker === null || this.#neighbour === null) return 'it was never opened';
    const problem = await this.#neighbour.problem();
    if (problem !== null) return problem;
    // Some of them are deleted by what was drawn.
    this.#topicIds = await topicIds(this.#port);
    broker.tell({ kind: 'memory' });
    const { memory } = await broker.hear('memory');
    this.#before ??= memory;
    const grown = memory.heapBytes + memory.bufferBytes - this.#before.heapBytes - this.#before.bufferBytes;
    return grown > grownBytesMax ? `the broker keeps ${Math.round(grown / 2 ** 20)} MiB more` : null;
  }

  async close(): Promise<void> {
    this.#neighbour?.end();
    await this.#broker?.end();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #complaint(): string | null {
    const broker = this.#broker;
    if (broker === null) return 'it was never opened';
    if (!broker.isAlive) return `the broker is dead: ${broker.complaints}`;
    for (const word of broker.words.splice(0)) {
      // How long something took is told as well, which on a busy machine says little.
      if (word.kind === 'complaint' && !word.complaint.event.endsWith('kept-the-loop'))
        return `${word.complaint.event} ${word.complaint.fields}`;
    }
    return null;
  }
}

const place = { cpu: null, nice: 0 };

export const connections = new Connections();
