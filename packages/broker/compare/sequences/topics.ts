import { metadataApi } from '@weir/kafka-protocol/apis/03-metadata';
import { createTopicsApi } from '@weir/kafka-protocol/apis/19-create-topics';
import { deleteTopicsApi } from '@weir/kafka-protocol/apis/20-delete-topics';
import { describeConfigsApi } from '@weir/kafka-protocol/apis/32-describe-configs';
import { createPartitionsApi } from '@weir/kafka-protocol/apis/37-create-partitions';
import { incrementalAlterConfigsApi } from '@weir/kafka-protocol/apis/44-incremental-alter-configs';
import { zeroUuid } from '@weir/kafka-protocol/uuid';
import type { Sequence } from '../sequence.ts';
import { untilReadable } from '../world.ts';

const creation = (version: number): Sequence => ({
  name: `topics-${version}`,
  async run(talk, { topic }) {
    const base = { numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
    const create = (more: object, validateOnly = false) =>
      // From v7 on Kafka makes up an id for what is only tried, and all later ids would have other names.
      talk.say(createTopicsApi, validateOnly ? Math.min(version, 6) : version, {
        topics: [{ ...base, name: `new-${topic}`, ...more }],
        timeoutMs: 5_000,
        validateOnly,
      });
    await create({}, true);
    await create({ name: topic });
    for (const name of ['', '.', 'not valid!', 'x'.repeat(250)]) await create({ name });
    for (const numPartitions of [0, -2]) await create({ numPartitions });
    for (const replicationFactor of [0, -2, 2]) await create({ replicationFactor });
    for (const [name, value] of [
      ['no.such.config', '1'],
      ['retention.ms', 'x'],
      ['cleanup.policy', 'burn'],
      ['segment.bytes', '1'],
      ['min.insync.replicas', '0'],
      ['max.message.bytes', '-1'],
      ['compression.type', 'brotli'],
      ['retention.ms', null],
    ] as const)
      await create({ configs: [{ name, value }] });
    await create({
      configs: [
        { name: 'retention.ms', value: '1' },
        { name: 'retention.ms', value: '2' },
      ],
    });
    await create({ numPartitions: 3, configs: [{ name: 'cleanup.policy', value: 'compact,delete' }] });
    await untilReadable(talk, `new-${topic}`, 1);
    await create({});
    const topics = [{ name: `new-${topic}`, topicId: zeroUuid }];
    await talk.say(metadataApi, 12, {
      topics,
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    });
    const grow = (count: number, more: object = {}) =>
      talk.say(createPartitionsApi, 3, {
        topics: [{ name: `new-${topic}`, count, assignments: null, ...more }],
        timeoutMs: 5_000,
        validateOnly: true,
      });
    for (const count of [0, 2, 3, 5]) await grow(count);
    await grow(4, { name: 'absent' });
    await grow(4, { assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] });
    const gone = { topicNames: [`new-${topic}`, 'absent'], timeoutMs: 5_000 };
    const named = gone.topicNames.map((name) => ({ name, topicId: zeroUuid }));
    await talk.say(deleteTopicsApi, Math.min(version, 6), { ...gone, topics: named });
  },
});

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

const configs: Sequence = {
  name: 'configs',
  async run(talk, { topic }) {
    const describe = (version: number, configurationKeys: readonly string[] | null) =>
      talk.say(describeConfigsApi, version, {
        resources: [{ resourceType: 2, resourceName: topic, configurationKeys }],
        includeSynonyms: true,
        includeDocumentation: false,
      });
    const alter = async (
      ...changes: readonly (readonly [string, keyof typeof operations, string | null])[]
    ) => {
      await talk.say(incrementalAlterConfigsApi, 1, {
        resources: [
          {
            resourceType: 2,
            resourceName: topic,
            configs: changes.map(([name, operation, value]) => ({
              name,
              value,
              configOperation: operations[operation],
            })),
          },
        ],
        validateOnly: false,
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    const asked = ['retention.ms', 'cleanup.policy', 'min.insync.replicas', 'no.such.config'];
    for (const version of [1, 2, 3, 4]) await describe(version, asked);
    await alter(['retention.ms', 'set', '5000']);
    await alter(['cleanup.policy', 'append', 'compact']);
    await describe(4, asked);
    await alter(['cleanup.policy', 'subtract', 'delete']);
    await alter(['retention.ms', 'append', '5']);
    await alter(['retention.ms', 'set', null]);
    await alter(['retention.ms', 'set', '1'], ['retention.ms', 'delete', null]);
    await alter(['retention.ms', 'set', '-2']);
    await alter(['retention.ms', 'delete', null], ['segment.bytes', 'set', 'many']);
    await describe(4, asked);
    await alter(['retention.ms', 'delete', null]);
    await describe(4, asked);
  },
};

export const topicSequences: readonly Sequence[] = [...[2, 4, 5, 7].map(creation), configs];
