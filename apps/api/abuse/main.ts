import { setPriority } from 'node:os';
import { parseArgs } from 'node:util';
import type { Attack, Scene } from './attack.ts';
import { attacks as all } from './attacks.ts';
import { signUp } from './people.ts';
import { Product } from './product.ts';
import { QuietPerson, type Result } from './run-beside.ts';

// `npm run abuse -- [--over rest|console] [--only TEXT] [--seconds N] [--short] [--write]`

const { values: options } = parseArgs({
  options: {
    over: { type: 'string' },
    only: { type: 'string' },
    seconds: { type: 'string' },
    short: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds ?? (options.short ? 2 : 15));
const attacks: readonly Attack[] = all.filter(
  ({ name, over }) => over === (options.over ?? over) && new RegExp(options.only ?? '').test(name),
);

const makeScene = async (product: Product): Promise<Scene> => {
  const { api } = product.ports;
  const quiet = await signUp(api, 'quiet');
  const abusers = [];
  for (let at = 0; at < (options.short ? 4 : 24); at++) abusers.push(await signUp(api, `abuser-${at}`));
  return { product, quiet, abusers, stride: options.short ? 40 : 1 };
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

claimProcessors();
const product = await Product.start();
let failures = 0;
try {
  const scene = await makeScene(product);
  const quiet = new QuietPerson(scene);
  // The abuser is elsewhere; here it must not take the processor from those whom it abuses.
  setPriority(19);
  await quiet.alone(3);
  const alone = await quiet.alone(options.short ? 4 : 15);
  console.log(`alone: p50 ${alone.p50Ms} p99 ${alone.p99Ms} longest ${alone.longestMs} ms`, alone.errors);
  for (const attack of attacks) {
    const result = await quiet.beside(attack, scene, seconds);
    tell(result);
    failures += result.outcome.problems.length + result.product.length + result.beside.errors.length;
  }
  quiet.stop();
} finally {
  await product.stop();
}
process.exitCode = failures === 0 ? 0 : 1;
