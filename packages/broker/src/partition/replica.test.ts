import { expect, test } from 'vitest';
import { noFaults } from '../simulation/faults.ts';
import { GroupsForTests } from '../testing/groups-for-tests.ts';

test('what retention has dropped stays dropped where the disk did not remove it, and the log is read again', async () => {
  const broker = await GroupsForTests.start({}, 1);
  const { engine } = broker;
  const partition = broker.cluster().topicsByName.get('topic')?.hosted.get(0);
  await broker.append(0);
  partition?.log?.rollBeforeNext();
  await broker.append(0);
  const log = partition?.log;
  if (partition === undefined || log === null || log === undefined) throw new Error('there is no log');
  await engine.run(log.recoverBehind(1));
  engine.disks.faults = { ...noFaults, refusalRate: 1 };
  await expect(engine.run(log.dropBefore(1))).rejects.toThrow('simulated');
  expect(partition.startOffset).toBe(1);
  engine.disks.faults = { ...noFaults, syncErrorRate: 1 };
  await expect(broker.append(0)).resolves.toBeGreaterThan(0);
  expect(log.failed).toBe(true);
  engine.disks.faults = noFaults;
  await engine.pass(10_000);
  expect(partition.log?.segments[0]?.baseOffset).toBe(0);
  expect(partition.startOffset).toBe(1);
});
