import { limitsOfBasic } from '@weir/contracts/cluster-kinds';
import { requestElementsOf } from '../src/dispatch/request-bounds.ts';
import type { AbuseCase } from './case.ts';
import { workFrom } from './flood.ts';
import { mutationsOf } from './generate.ts';
import { advertised, strangeFor } from './generated-cases.ts';
import { ownerIds } from './tenants.ts';

// The widest requests there are, many at once: what each becomes in memory is many times its bytes.

const connections = 300;
const clustersAtOnce = 4;
const topic = 'own';

/** The widest frames that the schemas give for an API: distinct elements as many as may be. */
function wideCase(target: (typeof advertised)[number]): AbuseCase {
  let frames: Buffer[] = [];
  return {
    name: `wide/${target.api.name}`,
    does: `${target.api.name} with ${requestElementsOf(limitsOfBasic)} different elements on ${connections} connections of ${clustersAtOnce} tenants at once`,
    ...(target.api.name === 'Metadata' ? { isShort: true } : {}),
    lasts: 2,
    keptBytesMax: 64 * 1024 * 1024,
    // Making such frames takes seconds on a busy machine.
    async prepare(stage) {
      const owner = await stage.signIn(ownerIds[0]);
      const topicId = await stage.topic(owner, topic, 4);
      frames = mutationsOf(target, { topic, topicId, group: 'own-group' }, strangeFor(stage))
        .filter(({ what, version }) => version === target.max && what === 'distinct to the bound on elements')
        .map(({ frame }) => frame())
        // What a sound request leaves empty cannot be repeated.
        .filter((frame) => frame.length > 10_000);
    },
    run: (stage) =>
      workFrom(
        stage,
        connections,
        (index) => stage.signIn(ownerIds[index % clustersAtOnce] ?? ownerIds[0]),
        async (client, index, round) => {
          const answer = client.answer();
          const frame = frames[(index + round) % frames.length];
          if (frame === undefined) return stage.pause(stage.leftMs);
          stage.send(client, frame, 0);
          await answer;
        },
      ),
  };
}

const widest: ReadonlySet<string> = new Set([
  'Metadata',
  'Fetch',
  'OffsetFetch',
  'OffsetCommit',
  'CreateTopics',
  'DescribeConfigs',
  'DescribeLogDirs',
  'CreatePartitions',
  'ElectLeaders',
]);

export const wide: readonly AbuseCase[] = advertised.filter(({ api }) => widest.has(api.name)).map(wideCase);
