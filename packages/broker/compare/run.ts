import type { Api } from '@weir/kafka-protocol/api';
import { Random } from '../abuse/random.ts';
import type { Contestants } from './contestants.ts';
import { Conversation } from './conversation.ts';
import { type Difference, differencesOf } from './differences.ts';
import { drawStep } from './generate.ts';
import { meaningOf } from './meant.ts';
import type { Sequence } from './sequence.ts';
import { furnish, warm } from './world.ts';

const stepsPerSeed = 8;
const atOnce = 6;
/** What is asked next may be told by something that hears of it a little later. */
const settleMs = 250;
const changing = /^(Create|Delete|Alter|Incremental|Metadata)/;

/** What came of one sequence. */
export interface Compared {
  readonly name: string;
  readonly exchanges: number;
  /** Of the first exchange that differs in a way that nobody means; behind it the two are not in the same state. */
  readonly differences: readonly Difference[];
  /** Why others differ. */
  readonly reasons: readonly string[];
}

/** Before the first sequence: both coordinators have their topics. */
export async function warmBoth({ kafkaPort, weirPort }: Contestants): Promise<void> {
  for (const port of [kafkaPort, weirPort]) {
    const talk = new Conversation(port, 'warm');
    await warm(talk);
    talk.close();
  }
}

/** The sequence that follows from the seed alone. */
export const compareSeed = (contestants: Contestants, seed: number): Promise<Compared> =>
  compareSequence(contestants, {
    name: String(seed),
    async run(talk, world) {
      const random = new Random(seed);
      for (let step = 0; step < stepsPerSeed; step += 1) {
        const { api, version, body } = drawStep(world, random);
        // Whatever the API answers, it is an object of fields.
        await talk.say(api as Api<unknown, unknown, unknown, object>, version, body);
        if (changing.test(api.name)) await new Promise((resolve) => setTimeout(resolve, settleMs));
      }
    },
  });

/** What Kafka answers follows what it has done a little later: a difference counts that is there a second time. */
export async function compareSequence(contestants: Contestants, sequence: Sequence): Promise<Compared> {
  const first = await compareOnce(contestants, sequence);
  if (first.differences.length === 0) return first;
  const again = await compareOnce(contestants, { ...sequence, name: `${sequence.name}-again` });
  return { ...again, name: sequence.name };
}

/** Both at the same time, each in a world of its own. */
async function compareOnce({ kafkaPort, weirPort }: Contestants, sequence: Sequence): Promise<Compared> {
  const [kafka, weir] = await Promise.all([kafkaPort, weirPort].map((port) => runOn(port, sequence)));
  if (kafka === undefined || weir === undefined) throw new Error('there are two of them');
  const reasons = new Set<string>();
  for (const [at, exchange] of kafka.entries()) {
    const other = weir[at];
    if (other === undefined) throw new Error(`${sequence.name}: one broker was asked less`);
    const found = differencesOf(exchange, other).map((difference) => ({
      difference,
      meant: meaningOf(difference),
    }));
    for (const { meant } of found) if (meant !== null) reasons.add(meant.reason);
    const differences = found.filter(({ meant }) => meant === null).map(({ difference }) => difference);
    if (found.some(({ meant }) => meant?.leavesState !== true))
      return { name: sequence.name, exchanges: at + 1, differences, reasons: [...reasons] };
  }
  return { name: sequence.name, exchanges: kafka.length, differences: [], reasons: [...reasons] };
}

/** Several at a time, since each waits for two others most of its time; in the order of the jobs. */
export async function compareAll(jobs: readonly (() => Promise<Compared>)[]): Promise<Compared[]> {
  const results: Compared[] = [];
  let next = 0;
  const work = async () => {
    for (let at = next++; at < jobs.length; at = next++) {
      const compared = await jobs[at]?.();
      if (compared !== undefined) results[at] = compared;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

async function runOn(port: number, { name, run }: Sequence) {
  const talk = new Conversation(port, name);
  try {
    await run(talk, await furnish(talk, name));
    return talk.exchanges;
  } finally {
    talk.close();
  }
}
