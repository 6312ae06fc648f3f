import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import type { Attack, Scene } from './attack.ts';
import { attacks as all, isInShort } from './attacks.ts';
import { slow } from './judge.ts';
import { type Person, signUp } from './people.ts';
import { Product } from './product.ts';
import { QuietPerson, type Result, wait } from './run-beside.ts';
import { tableOf, writeSection } from './table.ts';

const usage = `usage: npm run abuse -- [--over rest|console] [--only PATTERN] [--seconds N] [--short] [--write]

A person works beside every abuse of the REST API and the console that the contracts give and that we know.

  --over HOW      only over the REST API or the console
  --only PATTERN  attacks whose names match
  --seconds N     how long each attack goes on that does not end by itself: 10 if left out
  --short         a few of the attacks, in their short form
  --write         writes the table into the page on isolation
  --list          the names of the attacks`;

/** What the arguments ask for; what is wrong with them is told, and ends this. */
const readOptions = () => {
  try {
    const { values } = parseArgs({
      options: {
        over: { type: 'string' },
        only: { type: 'string' },
        seconds: { type: 'string' },
        short: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (cause) {
    console.error(`${cause instanceof Error ? cause.message : String(cause)}\n\n${usage}`);
    process.exit(2);
  }
};

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
/** Of each attack; those that try a number of cases end when all were tried. */
const seconds = Number(options.seconds ?? (options.short ? 1 : 10));
const aloneSeconds = options.short ? 2 : 15;
const abusersCount = options.short ? 4 : 24;
/** Of the generated cases, one of so many. */
const stride = options.short ? 60 : 1;
const attacks: readonly Attack[] = all
  .filter((attack) => !options.short || isInShort(attack))
  .filter(({ name, over }) => over === (options.over ?? over) && new RegExp(options.only ?? '').test(name));

if (options.list) {
  for (const { name, over } of attacks) console.log(`${over}: ${name}`);
  process.exit(0);
}

/** A process is back where it was within this, of whatever a heap keeps once it has grown. */
const memoryTimesMax = 1.5;
const memoryMoreMib = 160;
/** V8 gives back what it does not need when it has time; the short form does not wait for that. */
const memoryWaitMsMax = options.short ? 0 : 60_000;

const makeScene = async (product: Product): Promise<Scene> => {
  const { api } = product.ports;
  const quiet = await signUp(api, 'quiet');
  const abusers: Person[] = [];
  for (let at = 0; at < abusersCount; at++) abusers.push(await signUp(api, `abuser-${at}`));
  return { product, quiet, abusers, stride };
};

const tell = ({ name, outcome, beside, slowed, product, seconds: took, ran, waited }: Result): void => {
  const { count, p50Ms, p99Ms, longestMs, errors } = beside;
  console.log(
    `${name}: ${outcome.tried} tried in ${took.toFixed(1)} s; quiet ${count}: p50 ${p50Ms} p99 ${p99Ms} longest ${longestMs} ms; processors ran ${ran.toFixed(2)} waited ${waited.toFixed(2)}`,
  );
  for (const each of [...outcome.problems, ...product, ...errors, ...slowed]) console.log(`  ! ${each}`);
};

/** Where it may, everything comes before what else runs on this machine, whose noise would be measured. */
const claimProcessors = (): void => {
  try {
    setPriority(-19);
  } catch {
    console.log('without the right to a priority: what else runs here is measured too');
  }
};

const mebibytes = (product: Product): ReadonlyMap<string, number> =>
  new Map([...product.memory()].map(([name, bytes]) => [name, Math.round(bytes / 2 ** 20)]));

const isBack = (before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): boolean =>
  [...before].every(([name, mib]) => {
    const most = Math.max(mib * memoryTimesMax, mib + memoryMoreMib);
    return (now.get(name) ?? 0) <= most;
  });

/** Waits for memory to be back, no longer than it may take. */
const settle = async (product: Product, before: ReadonlyMap<string, number>) => {
  const deadline = performance.now() + memoryWaitMsMax;
  while (!isBack(before, mebibytes(product)) && performance.now() < deadline) await wait(1_000);
  return mebibytes(product);
};

const run = async (product: Product): Promise<number> => {
  const scene = await makeScene(product);
  const quiet = new QuietPerson(scene);
  // The abuser is elsewhere; here it must not take the processor from those whom it abuses.
  setPriority(19);
  await quiet.alone(2);
  const before = mebibytes(product);
  const [ranBefore, begunMs] = [product.processorTime(), performance.now()];
  const alone = await quiet.alone(aloneSeconds);
  const waitedAlone = (product.processorTime().waitedMs - ranBefore.waitedMs) / (performance.now() - begunMs);
  const { p50Ms, p99Ms, longestMs } = alone;
  console.log(`alone: p50 ${p50Ms} p99 ${p99Ms} longest ${longestMs} ms; waited ${waitedAlone.toFixed(2)}`);
  const results: Result[] = [];
  for (const attack of attacks) {
    const result = await quiet.beside(attack, scene, seconds);
    tell(result);
    results.push(result);
  }
  quiet.stop();
  const end = mebibytes(product);
  const later = await settle(product, before);
  const memory = [...before].map(([name, mib]) => ({
    name,
    mib: [mib, end.get(name) ?? 0, later.get(name) ?? 0],
  }));
  for (const { name, mib } of memory) console.log(`${name}: ${mib.join(', ')} MiB before, at the end, later`);
  if (options.write) {
    const date = new Date().toISOString().slice(0, 10);
    const section = tableOf({ alone, waitedAlone, results, memory, date });
    writeSection(new URL('../../../packages/broker/ISOLATION.md', import.meta.url), section);
  }
  const failures = results.flatMap(({ outcome, product: ended, beside }) => [
    ...outcome.problems,
    ...ended,
    ...beside.errors,
  ]);
  // The short form runs beside whatever else a machine has to do.
  const counted = failures.filter((each) => !options.short || !each.includes(slow));
  return counted.length + (options.short || isBack(before, later) ? 0 : 1);
};

claimProcessors();
const product = await Product.start();
try {
  const failures = await run(product);
  console.log(failures === 0 ? 'nothing was wrong' : `${failures} findings`);
  process.exitCode = failures === 0 ? 0 : 1;
} finally {
  await product.stop();
}
