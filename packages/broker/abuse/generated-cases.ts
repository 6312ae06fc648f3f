import { limitsOfBasic } from '@weir/contracts/cluster-kinds';
import { saslHandshakeApi } from '@weir/kafka-protocol/apis/17-sasl-handshake';
import { apiVersionsApi } from '@weir/kafka-protocol/apis/18-api-versions';
import { saslAuthenticateApi } from '@weir/kafka-protocol/apis/36-sasl-authenticate';
import { apiTable } from '../src/dispatch/api-table.ts';
import type { AbuseStage } from './abuse-stage.ts';
import type { AbuseCase } from './case.ts';
import type { Client } from './client.ts';
import { type AdvertisedApi, type Mutation, mutationsOf } from './generate.ts';
import { hostileBatches } from './hostile-batches.ts';
import { bareId, ownerIds, victimGroup, victimId, victimTopic } from './tenants.ts';
import type { Strange } from './variants.ts';

/** Every API that a broker of ours answers: a new one is in the campaign as soon as it is in the table. */
export const advertised: readonly AdvertisedApi[] = [
  ...[...apiTable.values()].map(({ api, advertised: { min, max } }) => ({
    api: api as unknown as AdvertisedApi['api'], // Only what all APIs have is used of it.
    min: Math.max(min, api.versionMin),
    max: Math.min(max, api.versionMax),
  })),
  ...[apiVersionsApi, saslHandshakeApi, saslAuthenticateApi].map((api) => ({
    api: api as unknown as AdvertisedApi['api'], // As above.
    min: api.versionMin,
    max: api.versionMax,
  })),
];

const [ownerId] = ownerIds;
const ownTopic = 'own';
const compactedTopic = 'compacted';
const answerMsMax = 400;
const connectionsAtOnce = 4;

export function strangeFor(stage: Pick<AbuseStage, 'random' | 'task'>): Strange {
  return {
    limits: limitsOfBasic,
    batches: hostileBatches(stage.random),
    othersNames: [victimTopic, victimGroup, victimId],
    othersTopicId: stage.task.victimTopicId,
    someBytes: (length) => stage.random.bytes(length),
  };
}

/** Sends all the API's hostile requests in the seed's order, over and over, on a few connections. */
async function sendAll(stage: AbuseStage, mutations: readonly Mutation[], open: () => Promise<Client>) {
  const order = stage.random.shuffled(mutations);
  let next = 0;
  const oneAfterTheOther = async () => {
    let client: Client | null = null;
    while (!stage.isOver) {
      const mutation = order[next % order.length];
      next += 1;
      if (mutation === undefined) return;
      try {
        if (client === null || client.isClosed) client = await open();
        const frame = mutation.frame();
        stage.mark(`${mutation.api} v${mutation.version} ${mutation.path}: ${mutation.what}`);
        const answer = client.answer();
        stage.send(client, frame);
        if ((await stage.within(answer, answerMsMax)) === 'late') {
          client.end();
          client = null;
        }
      } catch (cause) {
        stage.erred(cause);
        await stage.pause(20);
      }
    }
  };
  await Promise.all(Array.from({ length: connectionsAtOnce }, oneAfterTheOther));
  stage.notes.push(`${Math.min(next, order.length)} of ${order.length} hostile requests`);
}

/** The sender's own topics, and what is spoiled of a request that names them. */
async function ownMutations(stage: AbuseStage, targets: readonly AdvertisedApi[]): Promise<Mutation[]> {
  const strange = strangeFor(stage);
  const owner = await stage.signIn(ownerId);
  const topicId = await stage.topic(owner, ownTopic, 4);
  const compactedId = await stage.topic(owner, compactedTopic, 1, { 'cleanup.policy': 'compact' });
  return targets.flatMap((target) => [
    ...mutationsOf(target, { ...world, topicId }, strange),
    ...(target.api.name === 'Produce'
      ? mutationsOf(target, { ...world, topic: compactedTopic, topicId: compactedId }, strange)
      : []),
  ]);
}

const world = { topic: ownTopic, group: 'own-group' };
const isBombed = (name: string) => name === 'Produce';

const byOwner = (target: AdvertisedApi): AbuseCase => ({
  name: `generated/${target.api.name}`,
  does: `every field of ${target.api.name} spoiled, by a tenant in his own cluster`,
  ...(isBombed(target.api.name) ? { isShort: true, lasts: 2 } : {}),
  async run(stage) {
    await sendAll(stage, await ownMutations(stage, [target]), () => stage.signIn(ownerId));
  },
});

const byBareKey: AbuseCase = {
  name: 'generated/without-a-grant',
  does: 'every field of every API spoiled, by a key that was granted nothing',
  lasts: 3,
  async run(stage) {
    await sendAll(stage, await ownMutations(stage, advertised), () => stage.signIn(bareId));
  },
};

const byNobody: AbuseCase = {
  name: 'generated/by-nobody',
  does: 'every field of every API spoiled, by connections that never sign in',
  lasts: 3,
  async run(stage) {
    const named = { ...world, topicId: stage.task.victimTopicId };
    const strange = strangeFor(stage);
    const mutations = advertised.flatMap((target) => mutationsOf(target, named, strange));
    await sendAll(stage, mutations, () => stage.open());
  },
};

export const generatedCases: readonly AbuseCase[] = [...advertised.map(byOwner), byBareKey, byNobody];
