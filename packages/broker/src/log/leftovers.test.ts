import { expect, test } from 'vitest';
import { cutFileMs } from '../kept-limits.ts';
import { ProducerLogState } from '../partition/producer-log-state.ts';
import { Engine } from '../testing/engine-for-tests.ts';
import { dir, ledgerForTests, OpenLog } from '../testing/log-for-tests.ts';
import { Leftovers, leftoversIn } from './leftovers.ts';
import { recoverLog } from './recovery.ts';

const point = { offset: 40, segmentBaseOffset: 20, position: 100 };
const file = (offset: number, ending: string) => `${String(offset).padStart(20, '0')}.${ending}`;

test("snapshots of segments and of the recovery point are the log's, and others are left over", () => {
  const kept = [
    file(0, 'log'),
    file(20, 'log'),
    file(20, 'snapshot'),
    file(40, 'snapshot'),
    'recovery-point',
  ];
  const left = [
    file(7, 'snapshot'),
    file(60, 'snapshot'),
    `${file(7, 'snapshot')}.tmp`,
    '17_0-3.cut',
    '5.cut',
  ];
  expect(leftoversIn([...kept, ...left], [0, 20], point)).toEqual(left);
});

test('what was cut off is kept for a week, over restarts, and then goes while the log is open', async () => {
  const engine = new Engine();
  await engine.write(`${dir}/0-17.cut`, Buffer.from('of before names told when'));
  await engine.write(`${dir}/${file(7, 'snapshot')}`, Buffer.from('stale'));
  const deps = { clock: engine.clock, disk: engine.disk, log: engine.log };
  const clear = async () => engine.run(Leftovers.clear(deps, dir, await engine.list(dir)));
  await clear();
  const [name = ''] = await engine.list(dir);
  expect(name).toMatch(/^\d+_0-17\.cut$/);
  await engine.pass(cutFileMs - 10_000);
  const leftovers = await clear();
  expect([await engine.list(dir), leftovers.cutFiles]).toEqual([[name], 1]);
  await engine.pass(20_000);
  await engine.run(leftovers.removeOld());
  expect([await engine.list(dir), leftovers.cutFiles]).toEqual([[], 0]);
  expect(engine.events).toEqual(['log.cut.removed']);
});

test('of a log that is opened nothing goes that it has', async () => {
  const engine = new Engine();
  const open = await OpenLog.open(engine, { segmentBytes: 1000 });
  await open.fill(20);
  await engine.run(open.log.close());
  const names = (await engine.list(dir)).toSorted();
  const stale = [file(3, 'snapshot'), 'recovery-point.tmp'];
  for (const name of stale) await engine.write(`${dir}/${name}`, Buffer.from('stale'));
  const deps = { clock: engine.clock, disk: engine.disk, log: engine.log };
  const recovered = await engine.run(recoverLog(deps, dir, new ProducerLogState(ledgerForTests()), 'fsync'));
  expect([...recovered.leftovers].toSorted()).toEqual(stale);
  await engine.run(Leftovers.clear(deps, dir, recovered.leftovers));
  expect((await engine.list(dir)).toSorted()).toEqual(names);
});
