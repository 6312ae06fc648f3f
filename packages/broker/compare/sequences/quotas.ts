import { describeClientQuotasApi } from '@weir/kafka-protocol/apis/48-describe-client-quotas';
import { alterClientQuotasApi } from '@weir/kafka-protocol/apis/49-alter-client-quotas';
import type { Conversation } from '../conversation.ts';
import type { Sequence } from '../sequence.ts';

type Names = Readonly<Record<string, string | null>>;
type Value = readonly [string, number | null];
type Component = readonly [string, number, string | null];

/** Kafka's answer comes before its brokers have read of the change. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

const entryOf = (names: Names, values: readonly Value[]) => ({
  entity: Object.entries(names).map(([entityType, entityName]) => ({ entityType, entityName })),
  ops: values.map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
});

async function alter(talk: Conversation, version: number, names: Names, ...values: readonly Value[]) {
  await talk.say(alterClientQuotasApi, version, { entries: [entryOf(names, values)], validateOnly: false });
  await settled();
}

const describe = (talk: Conversation, version: number, strict: boolean, ...parts: readonly Component[]) =>
  talk.say(describeClientQuotasApi, version, {
    components: parts.map(([entityType, matchType, match]) => ({ entityType, matchType, match })),
    strict,
  });

const quotas = (version: number): Sequence => ({
  name: `quotas-${version}`,
  async run(talk, { topic }) {
    const user = `user-${topic}`;
    const id = `app-${topic}`;
    await describe(talk, version, false, ['user', 0, user]);
    await alter(talk, version, { user }, ['producer_byte_rate', 1_000_000]);
    await alter(talk, version, { user, 'client-id': null }, ['consumer_byte_rate', 2_000_000]);
    await alter(talk, version, { 'client-id': id }, ['request_percentage', 50.5]);
    await describe(talk, version, true, ['user', 0, user]);
    await describe(talk, version, false, ['user', 0, user], ['client-id', 1, null]);
    await describe(talk, version, true, ['user', 0, user], ['client-id', 2, null]);
    await describe(talk, version, true, ['client-id', 0, id]);
    await alter(talk, version, {}, ['producer_byte_rate', 1]);
    await alter(talk, version, { user: '' }, ['producer_byte_rate', 1]);
    await alter(talk, version, { planet: 'earth' }, ['producer_byte_rate', 1]);
    await alter(talk, version, { user, ip: '10.0.0.1' }, ['connection_creation_rate', 1]);
    await alter(talk, version, { user }, ['nonsense', 1]);
    await alter(talk, version, { user }, ['nonsense', null]);
    await alter(talk, version, { user }, ['producer_byte_rate', -1]);
    await alter(talk, version, { user }, ['producer_byte_rate', 0]);
    await alter(talk, version, { user }, ['producer_byte_rate', 1.5]);
    await alter(talk, version, { user }, ['producer_byte_rate', 1e300]);
    await alter(talk, version, { user }, ['request_percentage', 0]);
    await talk.say(alterClientQuotasApi, version, {
      entries: [entryOf({ user }, [['controller_mutation_rate', 7]]), entryOf({ user }, [['nonsense', 7]])],
      validateOnly: true,
    });
    await alter(talk, version, { user }, ['producer_byte_rate', null], ['consumer_byte_rate', null]);
    await describe(talk, version, true, ['user', 0, user]);
    await describe(talk, version, false, ['', 0, user]);
    await describe(talk, version, false, ['planet', 0, 'earth']);
    await describe(talk, version, false, ['user', 0, null]);
    await describe(talk, version, false, ['user', 1, user]);
    await describe(talk, version, false, ['user', 2, user]);
    await describe(talk, version, false, ['user', 3, null]);
    await describe(talk, version, false, ['user', 0, user], ['user', 1, null]);
    await describe(talk, version, false, ['user', 0, user], ['ip', 1, null]);
  },
});

export const quotaSequences: readonly Sequence[] = [0, 1].map(quotas);
